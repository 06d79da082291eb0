// A vassal on demand that waits: its sockets are bound, its hook is done, and then somebody may call.

import { HookMounts } from '../jail/hook-mounts.ts';
import { Helper, helperStdio } from '../jail/hook-run.ts';
import type { HostMount } from '../jail/jail.ts';
import type { OutputStream, VassalOutput } from '../output/line.ts';
import type { DoorsParts } from './doors.ts';
import { failureText, type StartFailure } from './exit-words.ts';
import type { Planned } from './planned.ts';
import type { SocketError } from './socket-error.ts';
import type { VassalSockets } from './vassal-sockets.ts';

export interface WaitingHandlers {
  /** Whoever connects from now on calls it. */
  listening(): void;
  called(): void;
  /** It cannot wait. */
  failed(failure: StartFailure): void;
  trouble(message: string): void;
}

/** One that is heard when it is called. */
export interface WaitingRecord {
  /** What its hook has mounted. */
  readonly mounts: readonly HostMount[];
}

export class Waiting {
  readonly #parts: DoorsParts;
  readonly #sockets: VassalSockets;
  readonly #output: OutputStream;
  readonly #handlers: WaitingHandlers;
  /** Counts what began: what is no longer the last of it leads to nothing. */
  #turn = 0;
  #helper: Helper | undefined;
  #mounts: HookMounts | undefined;
  /** Of the hook before. */
  #undone: Promise<void> | undefined;
  #isListening = false;
  #isBeginning = false;

  constructor(parts: DoorsParts, sockets: VassalSockets, output: VassalOutput, handlers: WaitingHandlers) {
    this.#parts = parts;
    this.#sockets = sockets;
    this.#output = output.stream();
    this.#handlers = handlers;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  /** It has begun, or has not been asked to. */
  get isSettled(): boolean {
    return !this.#isBeginning;
  }

  /** Null: it does not wait, or is not heard yet. */
  get record(): WaitingRecord | null {
    return this.#isListening ? { mounts: this.#mounts?.record ?? [] } : null;
  }

  resume({ config }: Planned, { mounts }: WaitingRecord): void {
    if (mounts.length > 0) {
      this.#mounts = new HookMounts(this.#parts, config.name, config.directory);
      this.#mounts.resume(mounts);
    }
    this.#isListening = true;
    this.#sockets.watch(() => this.#handlers.called());
  }

  /** Also for one that waits already, whose config is another one now. */
  begin(planned: Planned): void {
    this.end();
    const turn = this.#turn;
    this.#isBeginning = true;
    void this.#begin(planned, turn).finally(() => {
      if (turn === this.#turn) this.#isBeginning = false;
    });
  }

  end(): void {
    this.#turn++;
    this.#isListening = false;
    this.#isBeginning = false;
    this.#sockets.unwatch();
    this.#helper?.kill();
    if (this.#mounts) this.#undone = this.#parts.addresses.hold(this.#undo(this.#mounts, this.#helper));
    this.#mounts = undefined;
  }

  async #begin(planned: Planned, turn: number): Promise<void> {
    await this.#undone;
    if (turn !== this.#turn) return;
    const failure = (await this.#open(planned)) ?? (await this.#hook(planned, turn));
    if (turn !== this.#turn) return;
    if (failure) return this.#handlers.failed(failure);
    this.#sockets.watch(() => this.#handlers.called());
    this.#isListening = true;
    this.#handlers.listening();
  }

  async #open({ config }: Planned): Promise<StartFailure | undefined> {
    try {
      await this.#sockets.open(config.sockets);
      return undefined;
    } catch (error) {
      return { kind: 'socket', error: error as SocketError };
    }
  }

  async #hook({ config, plan }: Planned, turn: number): Promise<StartFailure | undefined> {
    const steps = plan.waiting ?? [];
    if (steps.length === 0 || turn !== this.#turn) return undefined;
    const { nullFd } = this.#parts;
    const mounts = new HookMounts(this.#parts, config.name, config.directory);
    const helper = new Helper(this.#parts, {
      steps,
      name: config.name,
      stdio: helperStdio(config.log.value.kind === 'null' ? 'null' : 'pipe', nullFd, nullFd),
      variables: [`UWSGI_HOOK_CONTEXT=${config.name}`],
      output: (chunk) => this.#output.bytes(chunk),
      mounted: (step, mount) => mounts.note(step, mount),
    });
    this.#helper = helper;
    this.#mounts = mounts;
    const failure = await helper.end;
    if (this.#helper === helper) this.#helper = undefined;
    return failure;
  }

  /** What the hook has mounted stays for as long as the vassal waits. */
  async #undo(mounts: HookMounts, helper: Helper | undefined): Promise<void> {
    await helper?.end;
    for (const failure of await mounts.undo())
      this.#handlers.trouble(failureText(failure, { steps: [], owner: undefined, outside: undefined }));
  }
}
