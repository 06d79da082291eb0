// What a monitor is told from outside, and the times that it lives by.
import type { Disk } from './disk.ts';
import type { WatchDirectory } from './hint.ts';
import type { KnownConfig } from './monitor.ts';

export interface MonitorOptions {
  /** How often everything is looked at whatever the hints say. */
  readonly freqMs: number;
  /** A symbolic link is no config. */
  readonly nofollow: boolean;
  /** Other extensions than `.ini` that configs may have. */
  readonly extensions?: readonly string[] | undefined;
  readonly disk: Disk;
  /** A config's owner decides whom it runs as: a chown is a change then. */
  readonly ownerMatters?: boolean;
  /** What was told of the source in a daemon before this one. */
  readonly known?: readonly KnownConfig[] | undefined;
  readonly watch?: WatchDirectory;
  readonly times?: Partial<Times>;
}

export interface Times {
  /** An empty file is left alone this long before it is called a fault. */
  readonly emptyMs: number;
  /** The same for one that is being written. */
  readonly busyMs: number;
  /** Where nobody can tell who writes: no change for so long means that it is written. */
  readonly stillMs: number;
  /** A file is believed to be gone when no other vanished for so long: editors rename the old one away, then write anew. */
  readonly settleMs: number;
  /** The same when most files are gone. */
  readonly massMs: number;
  /** A directory that is missing is looked for this often. */
  readonly missingMs: number;
  /** Scans where inotify fails, and how often it is tried again. */
  readonly pollMs: number;
  readonly rewatchMs: number;
  /** After a hint comes a scan of everything, at the earliest after this. */
  readonly soonMs: number;
  /** One file is reported at most this often. */
  readonly restMs: number;
}

export const TIMES: Times = {
  emptyMs: 1000,
  busyMs: 5000,
  stillMs: 100,
  settleMs: 20,
  massMs: 5000,
  missingMs: 1000,
  pollMs: 3000,
  rewatchMs: 60_000,
  soonMs: 50,
  restMs: 25,
};
