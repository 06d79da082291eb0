// The pipes of one run to its command, and what is said over them: held back until the command is known to be exec'd, since
// that comes by another way.
import type { Keep } from '../jail/jail.ts';
import type { Native } from '../jail/native.ts';
import { ConfigPipe, type ConfigPipeRecord } from './config-pipe.ts';
import {
  EmperorPipe,
  type EmperorPipeRecord,
  type PipeHandlers,
  type Said,
  UWSGI_SETTLE_MS,
} from './emperor-pipe.ts';
import type { Handover } from './handover.ts';
import type { Planned } from './planned.ts';

/** Of a command that was exec'd. */
export interface PipesRecord {
  readonly emperor: EmperorPipeRecord | null;
  readonly config: ConfigPipeRecord | null;
  readonly text: string;
}

const NOTHING: ReadonlySet<Said> = new Set();

/** Our ends; undefined: there is none. */
type Ends = Readonly<Record<'emperor' | 'config', number | undefined>>;

export class Pipes {
  readonly #emperor: EmperorPipe | undefined;
  readonly #config: ConfigPipe | undefined;
  readonly #said: (what: Said) => void;
  /** It says by it that it is ready. */
  readonly #tellsReady: boolean;
  #text: string;
  /** Once each, however often it says it. */
  #early: Set<Said> | undefined = new Set();

  /** Takes what `handover` has of them. */
  static of(native: Native, handover: Handover, planned: Planned, handlers: PipeHandlers): Pipes {
    const ends = { emperor: handover.take('emperor-pipe'), config: handover.take('config-pipe') };
    return new Pipes(native, ends, planned, handlers);
  }

  static resume(native: Native, record: PipesRecord, planned: Planned, handlers: PipeHandlers): Pipes {
    const { emperor, config, text } = record;
    const pipes = new Pipes(native, { emperor: emperor?.fd, config: config?.fd }, planned, handlers);
    pipes.#early = undefined;
    pipes.#text = text;
    if (emperor) pipes.#emperor?.resume(emperor);
    if (config) pipes.#config?.resume(config);
    return pipes;
  }

  record(keep: Keep): PipesRecord {
    return {
      emperor: this.#emperor?.record(keep) ?? null,
      config: this.#config?.record(keep) ?? null,
      text: this.#text,
    };
  }

  private constructor(native: Native, ends: Ends, { config }: Planned, handlers: PipeHandlers) {
    const { emperor, config: text } = ends;
    this.#tellsReady = config.ready.kind === 'emperor';
    this.#text = config.uwsgi?.text ?? '';
    this.#said = (what) => {
      if (what !== 'ready' || this.#tellsReady) handlers.said(what);
    };
    this.#config = text === undefined ? undefined : new ConfigPipe(native, text);
    const said = (what: Said) => (this.#early ? this.#early.add(what) : this.#said(what));
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
    const early = this.#early ?? NOTHING;
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
