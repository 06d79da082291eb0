// What of a vassal is for those who connect to it: its sockets, waiting until somebody calls, and going back to sleep.
import type { Problem } from '../config/problems/problem.ts';
import type { JailParts, Keep } from '../jail/jail.ts';
import type { VassalOutput } from '../output/line.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import type { AddressBook } from './address-book.ts';
import type { StartFailure } from './exit-words.ts';
import { IdleWatch } from './idle-watch.ts';
import type { ListenerRecord } from './listener.ts';
import type { Planned } from './planned.ts';
import { asObstacle } from './preflight.ts';
import { obstaclesOfSockets } from './preflight-sockets.ts';
import type { Run } from './run.ts';
import { isDown, type Life } from './state.ts';
import type { VassalReport } from './vassal-report.ts';
import { VassalSockets } from './vassal-sockets.ts';
import { Waiting, type WaitingRecord } from './waiting.ts';

export interface DoorsParts extends JailParts {
  readonly addresses: AddressBook;
}

export interface DoorsOf {
  readonly name: string;
  readonly life: Life;
  readonly output: VassalOutput;
  readonly groups: VassalGroups;
}

export interface DoorsHandlers {
  listening(): void;
  called(): void;
  /** It cannot listen. */
  deaf(failure: StartFailure): void;
  idle(): void;
}

/** For a daemon that takes the place of this one. */
export interface DoorsRecord {
  readonly sockets: readonly ListenerRecord[];
  readonly waiting: WaitingRecord | null;
}

export class Doors {
  readonly sockets: VassalSockets;
  readonly #parts: DoorsParts;
  readonly #vassal: DoorsOf;
  readonly #waiting: Waiting;
  readonly #idle: IdleWatch;

  constructor(parts: DoorsParts, vassal: DoorsOf, report: VassalReport, handlers: DoorsHandlers) {
    this.#parts = parts;
    this.#vassal = vassal;
    this.sockets = new VassalSockets(vassal.name, parts.native, parts.addresses);
    this.#waiting = new Waiting(parts, this.sockets, vassal.output, {
      listening: () => {
        report.listening(this.sockets.addresses, vassal.life);
        handlers.listening();
      },
      called: () => handlers.called(),
      failed: (failure) => handlers.deaf(failure),
      trouble: (message) => report.trouble(message),
    });
    this.#idle = new IdleWatch(
      () => vassal.groups,
      parts.native.readFiles,
      (ms) => {
        report.idle(ms);
        handlers.idle();
      },
    );
  }

  /** It waits on demand, and whoever connects now is heard. */
  get isListening(): boolean {
    return this.#waiting.isListening;
  }

  get isSettled(): boolean {
    return this.#waiting.isSettled && this.sockets.isSettled;
  }

  record(keep: Keep): DoorsRecord {
    return { sockets: this.sockets.record(keep), waiting: this.#waiting.record };
  }

  /** `planned`: what it waits to be. */
  resume({ sockets, waiting }: DoorsRecord, planned: Planned | undefined): void {
    this.sockets.resume(sockets);
    if (waiting && planned) this.#waiting.resume(planned, waiting);
    else this.listen(planned);
  }

  /** The vassal's life is another one now, with this run of it. */
  follow(life: Life, run: Run | undefined): void {
    if (isDown(life)) void this.sockets.close();
    this.#idle.follow(life.state === 'running' ? run : undefined);
  }

  /** Also for one that waits already, and whose config is another one now. */
  listen(planned: Planned | undefined): void {
    if (planned && this.#vassal.life.state === 'waiting') this.#waiting.begin(planned);
  }

  unlisten(): void {
    this.#waiting.end();
  }

  /** What would keep it from having the sockets that it wants. */
  async obstaclesTo({ config }: Pick<Planned, 'config'>): Promise<readonly Problem[]> {
    const { native, addresses } = this.#parts;
    const facts = { vassal: this.#vassal.name, native, addresses, present: this.sockets.addresses };
    return (await obstaclesOfSockets(config.sockets, facts)).map(asObstacle);
  }
}
