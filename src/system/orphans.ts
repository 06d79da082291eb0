// Children that came to the daemon because their init died (prctl(2), PR_SET_CHILD_SUBREAPER): dead ones are reaped, live
// ones belong to a jail that is over and are ended.
import { AGAIN_MS, lacksDescriptor } from './descriptors.ts';

const LONG_MS = 2 ** 30;

export interface OrphanCalls {
  reapOrphans(): number[];
  listOrphans(): number[];
}

export interface OrphanSweep {
  /** Children that are not its own. */
  readonly inherited: readonly number[];
  /** Ends every orphan there is; resolves when none is left. */
  end(): Promise<void>;
  /** Takes the handler of SIGCHLD back. */
  close(): void;
}

/** Reaps orphans as they die. Children that the process already had when it became tsjail (a shell's, before
 *  `exec tsjail`) are not its own: they are reaped, never ended. `known`: those, where a daemon before this one has seen them. */
export function sweepOrphans(calls: OrphanCalls, known?: readonly number[]): OrphanSweep {
  const inherited = new Set(known ?? calls.listOrphans());
  const waiting = new Set<() => void>();
  let again: NodeJS.Timeout | undefined;
  /** While somebody waits: a handler of signals alone does not keep a process up, which would end with 0 before its time. */
  let alive: NodeJS.Timeout | undefined;
  const sweep = () => {
    try {
      sweepOnce();
    } catch (error) {
      // Where the kernel does not list children (CONFIG_PROC_CHILDREN), looking for them takes one.
      if (!lacksDescriptor(error)) throw error;
      again ??= setTimeout(() => {
        again = undefined;
        sweep();
      }, AGAIN_MS);
    }
  };
  const sweepOnce = () => {
    const reaped = calls.reapOrphans();
    if (waiting.size === 0) return;
    const left = calls.listOrphans().filter((pid) => !inherited.has(pid));
    if (left.length === 0) return settle();
    for (const pid of left) kill(pid);
    // Whoever died may have left us his own children since the list was made. When nobody was dead, a SIGCHLD follows.
    if (reaped.length > 0) setImmediate(sweep);
  };
  const settle = () => {
    clearInterval(alive);
    alive = undefined;
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  // Not at once: the ends of known children come by the same turn of the loop, and behind them orphans are hard to see.
  const onChild = () => void setImmediate(sweep);
  process.on('SIGCHLD', onChild);
  return {
    inherited: [...inherited],
    end: () =>
      new Promise((resolve) => {
        waiting.add(resolve);
        alive ??= setInterval(() => {}, LONG_MS);
        sweep();
      }),
    close: () => {
      clearTimeout(again);
      clearInterval(alive);
      process.off('SIGCHLD', onChild);
    },
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
