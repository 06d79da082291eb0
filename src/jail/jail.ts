// What a jail needs, and what it tells: for JailedProcess, and for those who wrap it.
import type { Step } from '../plan/step.ts';
import type { CommandExit, MadeTarget, StepFailure } from './messages.ts';
import type { ExitStatus, Native, NativeError } from './native.ts';
import type { Notice } from './notice.ts';
import type { OutsideError } from './outside.ts';
import type { RootUses } from './root-uses.ts';

/** The cgroup of a vassal, as far as a jail needs it. */
export interface JailCgroup {
  /** Its directory, made by the launcher when it is not there. */
  readonly path: string;
  /** Is nobody but the jail ever in it? Then the end of the jail is its end. */
  readonly isOurs: boolean;
  /** Kills every process in it. */
  kill(): Promise<void>;
  /** Kills every process in it, waits for their end and removes it. */
  destroy(): Promise<void>;
}

export interface JailParts {
  readonly native: Native;
  readonly jailerFd: number;
  /** Descriptor of /dev/null, for stdin and for unwanted output. */
  readonly nullFd: number;
  /** Ends processes that came to us because their init died; resolves when none is left. */
  readonly endOrphans: () => Promise<void>;
  /** Who uses which root, and what was made there; undefined: those who make nothing. */
  readonly roots?: RootUses;
  /** Of what hooks have mounted on the host; undefined: a run in the foreground, which nobody cleans up after. */
  readonly hostMounts?: MountBook;
}

/** Notes a descriptor that is to stay open when the daemon's program is replaced, and gives it back. */
export type Keep = (fd: number) => number;

/** Something mounted on the host that has to go at the end. */
export interface HostMount {
  readonly target: string;
  /** Its number in mountinfo: the target alone may lead elsewhere by then. */
  readonly mount: string;
}

/** Where it is written down, for whoever cleans up after a daemon that was killed. */
export interface MountBook {
  add(mount: HostMount): void;
  delete(mount: HostMount): void;
}

/** Where the command's descriptors 0–2 go: a pipe that the jail reads, nowhere, or given ones (`tsjail run`). */
export type JailStdio = 'pipe' | 'null' | readonly [number, number, number];

export interface JailHandlers {
  /** The jailer runs as `pid`; set-up goes on. */
  jailer(pid: number): void;
  /** Set-up waits for `what`, which somebody else is to make; null: it has come. */
  waiting(what: string | null): void;
  /** The command was exec'd. */
  started(commandPid: number, monotonicNs: bigint): void;
  /** The clone or a step of the plan failed; `ended` follows. */
  failed(failure: SpawnFailure): void;
  /** `pid` waits until the hooks of that phase are done: see goOn(). */
  asked?(phase: string, pid: number): void;
  /** That step of the plan has mounted something on the host: the mount of that number. */
  mounted?(step: number, mount: string): void;
  /** That step uses a directory of the host, `identity`, until `ended`. `lock` is the handler's to close; -1: there is none. */
  held?(step: number, identity: string, lock: number): void;
  /** That step has made a mount target on a file system of the host. */
  made?(step: number, target: MadeTarget): void;
  /** A hook beside the jail has failed that need not work, or that cleans up. */
  hookFailed?(failure: SpawnFailure): void;
  /** The command has said something of itself (sd_notify(3)). Never before `started`. */
  notify?(notice: Notice): void;
  /** Output of the command; the chunk is reused afterwards. */
  output(chunk: Uint8Array): void;
  /** Asked after each chunk. Undefined: the next one can come at once; else nothing is read before it resolves. */
  outputRoom?(): Promise<void> | undefined;
  /** What programs of hooks beside the jail print; none: to `output`. */
  hookOutput?(chunk: Uint8Array): void;
  /** The jail's group could not be ended or removed. */
  trouble(error: Error): void;
  /** Every process of the jail is gone. `command` is null when the init could not tell any more. */
  ended(command: CommandExit | null, init: ExitStatus | null): void;
}

export type SpawnFailure =
  | { readonly kind: 'step'; readonly failure: StepFailure }
  /** Of a hook beside the jail, done by a helper with these steps. */
  | { readonly kind: 'hook'; readonly failure: StepFailure; readonly steps: readonly Step[] }
  | { readonly kind: 'outside'; readonly error: OutsideError }
  | { readonly kind: 'native'; readonly what: string; readonly error: NativeError };
