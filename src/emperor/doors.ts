// What of a vassal is for those who connect to it: its sockets, waiting until somebody calls, and going back to sleep.
import type { Problem } from '../config/problems/problem.ts';
import type { JailParts, Keep } from '../jail/jail.ts';
import type { VassalOutput } from '../output/line.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import type { AddressBook } from './address-book.ts';
import type { StartFailure } from './exit-words.ts';
import { IdleWatch, watchesIdle } from './idle-watch.ts';
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
  readonly #report: VassalReport;
  readonly #handlers: DoorsHandlers;
  /** Both are made when they are wanted first: most vassals never wait for anybody. */
  #waiting: Waiting | undefined;
  #idle: IdleWatch | undefined;

  constructor(parts: DoorsParts, vassal: DoorsOf, report: VassalReport, handlers: DoorsHandlers) {
    this.#parts = parts;
    this.#vassal = vassal;
    this.#report = report;
    this.#handlers = handlers;
    this.sockets = new VassalSockets(vassal.name, parts.native, parts.addresses);
  }

  /** It waits on demand, and whoever connects now is heard. */
  get isListening(): boolean {
    return this.#waiting?.isListening === true;
  }

  get isSettled(): boolean {
    return this.#waiting?.isSettled !== false && this.sockets.isSettled;
  }

  record(keep: Keep): DoorsRecord {
    return { sockets: this.sockets.record(keep), waiting: this.#waiting?.record ?? null };
  }

  /** `planned`: what it waits to be. */
  resume({ sockets, waiting }: DoorsRecord, planned: Planned | undefined): void {
    this.sockets.resume(sockets);
    if (waiting && planned) this.#begunWaiting().resume(planned, waiting);
    else this.listen(planned);
  }

  /** The vassal's life is another one now, with this run of it. */
  follow(life: Life, run: Run | undefined): void {
    if (isDown(life)) void this.sockets.close();
    const running = life.state === 'running' ? run : undefined;
    if (watchesIdle(running)) this.#idle ??= this.#makeIdle();
    this.#idle?.follow(running);
  }

  /** Also for one that waits already, and whose config is another one now. */
  listen(planned: Planned | undefined): void {
    if (planned && this.#vassal.life.state === 'waiting') this.#begunWaiting().begin(planned);
  }

  unlisten(): void {
    this.#waiting?.end();
  }

  /** What would keep it from having the sockets that it wants. */
  async obstaclesTo({ config }: Pick<Planned, 'config'>): Promise<readonly Problem[]> {
    const { native, addresses } = this.#parts;
    const facts = { vassal: this.#vassal.name, native, addresses, present: this.sockets.addresses };
    return (await obstaclesOfSockets(config.sockets, facts)).map(asObstacle);
  }

  #begunWaiting(): Waiting {
    const report = this.#report;
    const handlers = this.#handlers;
    this.#waiting ??= new Waiting(this.#parts, this.sockets, this.#vassal.output, {
      listening: () => {
        report.listening(this.sockets.addresses, this.#vassal.life);
        handlers.listening();
      },
      called: () => handlers.called(),
      failed: (failure) => handlers.deaf(failure),
      trouble: (message) => report.trouble(message),
    });
    return this.#waiting;
  }

  #makeIdle(): IdleWatch {
    return new IdleWatch(
      () => this.#vassal.groups,
      this.#parts.native.readUsage,
      (ms) => {
        this.#report.idle(ms);
        this.#handlers.idle();
      },
    );
  }
}
