// Has a vassal on demand nobody to serve? No connection at its sockets, and no processor time to speak of, for as long as
// `idle-timeout`. It is looked at only while it runs, and only those that have one.
import { type ReadUsage, readUsage } from '../system/cgroup-usage.ts';
import type { VassalGroups } from '../system/cgroup-vassal.ts';
import { countConnections } from '../system/connections.ts';
import { processorTime } from '../system/process-time.ts';
import type { Run } from './run.ts';

/** Looks within one `idle-timeout`; as many in a row that see nothing make it idle. */
const LOOKS = 2;
const LEAST_MS = 50;
/** What runtimes do for themselves: timers, garbage. */
const OWN_USEC = 10_000;
const OWN_SHARE = 0.001;

/** Is that run to go back to sleep? */
export function watchesIdle(run: Run | undefined): run is Run {
  return run?.planned.config.onDemand === true && run.planned.config.idleTimeoutMs > 0;
}

export class IdleWatch {
  /** Of what runs. */
  readonly #groups: () => VassalGroups;
  readonly #readUsage: ReadUsage;
  readonly #idle: (ms: number) => void;
  #run: Run | undefined;
  #timer: NodeJS.Timeout | undefined;
  #usedUsec = Number.POSITIVE_INFINITY;
  #quiet = 0;

  constructor(groups: () => VassalGroups, read: ReadUsage, idle: (ms: number) => void) {
    this.#groups = groups;
    this.#readUsage = read;
    this.#idle = idle;
  }

  /** `run` is what runs now. */
  follow(run: Run | undefined): void {
    if (run === this.#run) return;
    clearTimeout(this.#timer);
    this.#run = run;
    this.#quiet = 0;
    this.#usedUsec = Number.POSITIVE_INFINITY;
    if (watchesIdle(run)) this.#arm(run);
  }

  #arm(run: Run): void {
    const ms = Math.max(LEAST_MS, run.planned.config.idleTimeoutMs / LOOKS);
    this.#timer = setTimeout(() => void this.#look(run, ms), ms);
  }

  async #look(run: Run, sinceMs: number): Promise<void> {
    const used = await this.#used(run);
    const connections = await countConnections(run.planned.config.sockets.map(({ value }) => value.address));
    if (run !== this.#run) return;
    const most = Math.max(OWN_USEC, sinceMs * 1000 * OWN_SHARE);
    const isQuiet = connections === 0 && used - this.#usedUsec <= most;
    // The first look only tells what its start has cost.
    this.#quiet = isQuiet && this.#usedUsec !== Number.POSITIVE_INFINITY ? this.#quiet + 1 : 0;
    this.#usedUsec = used;
    if (this.#quiet < LOOKS) return this.#arm(run);
    this.#idle(run.planned.config.idleTimeoutMs);
  }

  /** Of all its processes, where a control group counts that. */
  async #used({ commandPid }: Run): Promise<number> {
    const group = this.#groups().home?.path;
    const [usage] = await readUsage(group === undefined ? [] : [group], this.#readUsage);
    return usage?.cpuUsec ?? (commandPid === null ? undefined : await processorTime(commandPid)) ?? 0;
  }
}
