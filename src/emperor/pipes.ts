// The pipes of one run to its command, and what is said over them: held back until the command is known to be exec'd, since
// that comes by another way.
import type { Native } from '../jail/native.ts';
import { ConfigPipe } from './config-pipe.ts';
import { EmperorPipe, type PipeHandlers, type Said, UWSGI_SETTLE_MS } from './emperor-pipe.ts';
import type { Handover } from './handover.ts';
import type { Planned } from './planned.ts';

export class Pipes {
  readonly #emperor: EmperorPipe | undefined;
  readonly #config: ConfigPipe | undefined;
  readonly #said: (what: Said) => void;
  /** It says by it that it is ready. */
  readonly #tellsReady: boolean;
  #text: string;
  #early: Said[] | undefined = [];

  /** Takes what `handover` has of them. */
  constructor(native: Native, handover: Handover, { config }: Planned, handlers: PipeHandlers) {
    const emperor = handover.take('emperor-pipe');
    const text = handover.take('config-pipe');
    this.#tellsReady = config.ready.kind === 'emperor';
    this.#text = config.uwsgi?.text ?? '';
    this.#said = (what) => {
      if (what !== 'ready' || this.#tellsReady) handlers.said(what);
    };
    this.#config = text === undefined ? undefined : new ConfigPipe(native, text);
    const said = (what: Said) => (this.#early ? this.#early.push(what) : this.#said(what));
    const around = { ...handlers, said };
    if (emperor === undefined) return;
    const settleMs = config.uwsgi ? UWSGI_SETTLE_MS : 0;
    this.#emperor = new EmperorPipe(native, emperor, settleMs, around, () => this.#sendText());
  }

  get isReloading(): boolean {
    return this.#tellsReady && (this.#emperor?.isReloading ?? false);
  }

  /** The command was exec'd. */
  begin(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    this.#sendText();
    for (const what of early) this.#said(what);
  }

  /** Its start is over, so that it hears what it is told. */
  get hasStarted(): boolean {
    return this.#emperor?.hasStarted ?? false;
  }

  stop(gracefully: boolean): void {
    this.#emperor?.stop(gracefully);
  }

  /** `planned` has the text that it is to ask for then. */
  reload({ config }: Planned): void {
    this.#text = config.uwsgi?.text ?? '';
    this.#emperor?.reload();
  }

  close(): void {
    this.#emperor?.close();
    this.#config?.close();
  }

  #sendText(): void {
    this.#config?.send(this.#text);
  }
}
