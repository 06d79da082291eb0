// The typed surface of the addon, and its only import. Every function throws NativeError; none blocks.
import { createRequire } from 'node:module';

/** A failed syscall, as the addon throws it. */
export interface NativeError extends Error {
  /** Name such as `EPERM`. */
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

declare const ORDER: unique symbol;

/** Of a spawn: the addon's. */
export interface Order {
  readonly [ORDER]: true;
}

/** Our ends of what connects us to a child. The caller owns them. */
export type Connections = readonly [
  /** AF_UNIX SOCK_SEQPACKET, non-blocking, told who sends. */
  control: number,
  /** Reading end of the pipe, non-blocking; -1 when the child has none. */
  output: number,
];

export interface ExitStatus {
  /** Exit code, or null when a signal ended it. */
  readonly code: number | null;
  readonly signal: number | null;
  readonly core: boolean;
  readonly userUsec: number;
  readonly systemUsec: number;
  readonly maxRssKib: number;
}

export interface Message {
  /** Empty: the other side is gone. What is not UTF-8 in it is replaced. */
  readonly data: string;
  /** Sender's pid in our pid namespace, by SCM_CREDENTIALS; 0 when none came. */
  readonly pid: number;
}

export interface TrustedMessage extends Message {
  /** What came along, the caller's to close; -1: nothing. */
  readonly fd: number;
}

export interface Datagram {
  readonly data: Buffer;
  /** It was longer than `data`. */
  readonly cut: boolean;
  /** Sender's, by SCM_CREDENTIALS. */
  readonly pid: number;
  readonly uid: number;
}

export interface Native {
  /** Opens the jailer as a sealed memfd (O_PATH on disk where memfds may not be executed). */
  openJailer(path: string): number;
  /** Reads what order.ts wrote, for any number of spawns. */
  order(text: string): Order;
  /** Queues a clone on a launcher thread; `done` is called on the loop once the child has exec'd the jailer or failed.
   *  Descriptors 0 to 2 of the child (-1: the writing end of a new pipe), then those that its command gets (step pass-fds);
   *  they must stay open until `done`. On success `pidfd` is owned by the caller. Nothing else is inherited by the child. */
  spawn(
    jailerFd: number,
    order: Order,
    stdin: number,
    stdout: number,
    stderr: number,
    passed: readonly number[],
    done: (error: NativeError | null, pid: number, pidfd: number) => void,
  ): Connections;
  /** Kills the child of a spawn() whose `done` was not called yet, known by our end of its control socket; `done` is called
   *  all the same. False: it is just being cloned, to be called again. */
  killSpawn(control: number): boolean;
  /** So many net namespaces are to be ready for spawns that may have one made ahead, from the first of them on; 0: none. */
  keepNetworks(count: number): void;
  /** Calls back once with the status of our child `pid`, reaps it and closes `pidfd`. */
  watchExit(pid: number, pidfd: number, done: (status: ExitStatus) => void): void;
  /** From now until releaseExit() the child `pid`, which watchExit() waits for, is not reaped when it ends: nobody else can
   *  get its number meanwhile. */
  holdExit(pid: number): void;
  releaseExit(pid: number): void;
  /** pidfd_send_signal(2). */
  signal(pidfd: number, signal: number): void;
  /** Level-triggered epoll(7) on `fd`; `events` is an EPOLL mask (1 in, 2 pri, 4 out). One watch per fd. */
  watch(fd: number, events: number, ready: (events: number) => void): void;
  unwatch(fd: number): void;
  close(fd: number): void;
  /** Null: nothing there yet (EAGAIN). */
  receive(fd: number): Message | null;
  /** The same, from somebody who may give us a descriptor: closing one of a hostile file system's could block us. */
  receiveTrusted(fd: number): TrustedMessage | null;
  /** False: would block (EAGAIN). Never raises SIGPIPE. */
  send(fd: number, data: string): boolean;
  /** Bytes read into `buffer`; 0 at end of file; -1 when nothing is there yet (EAGAIN). */
  read(fd: number, buffer: Uint8Array): number;
  /** fcntl(F_SETLEASE, F_RDLCK) and back at once: who else has `fd`'s file open for writing? */
  probeLease(fd: number): 'free' | 'busy' | 'unsupported';
  /** prlimit(2) on the hard half of one limit of `pid`, where it is lower; the soft half stays. */
  raiseHardLimit(pid: number, resource: number, hard: number): void;
  /** A new pseudo terminal: [master: non-blocking; slave]. Both CLOEXEC and O_NOCTTY. */
  openTerminal(): [number, number];
  /** TIOCSWINSZ. */
  resizeTerminal(fd: number, columns: number, rows: number): void;
  /** What is written to the terminal is shown as it is: no line ends are changed (termios(3), OPOST). */
  passOutput(fd: number): void;
  /** PR_SET_CHILD_SUBREAPER for this process. */
  becomeSubreaper(): void;
  /** Reaps dead children that no watchExit() waits for; gives their pids. */
  reapOrphans(): number[];
  /** Direct children of this process, dead ones too, that no watchExit() waits for and no spawn() is making. */
  listOrphans(): number[];
  /** SO_PEERCRED of a connected unix socket. */
  peerCredentials(fd: number): { pid: number; uid: number; gid: number };
  /** One datagram to a unix socket path (`@name`: abstract); for sd_notify(3). */
  sendDatagram(path: string, data: string): void;
  /** A unix socket that takes datagrams and knows their senders: non-blocking, its file for its owner alone. */
  bindDatagram(path: string): number;
  /** Null: nothing there yet (EAGAIN). */
  receiveDatagram(fd: number): Datagram | null;
  /** connect(2) a stream socket to a unix path; non-blocking, CLOEXEC. For journald's stdout socket. */
  connectUnix(path: string): number;
  /** The same for datagrams: each write() is one. */
  connectDatagram(path: string): number;
  /** Many small files of the kernel's at once, off the loop. `paths` and what they say are separated by NUL; empty: cannot be
   *  read. */
  readFiles(paths: string, done: (texts: string) => void): void;
  /** The same of what symbolic links say. */
  readLinks(paths: string, done: (texts: string) => void): void;
  /** What control groups of v2, paths separated by NUL, use with those below them, off the loop. Of each: bytes of memory, µs of
   *  processor time, processes; NaN: it cannot be told. */
  readUsage(groups: string, done: (numbers: Float64Array) => void): void;
  /** Removes control groups of v2, paths separated by NUL, off the loop. Of each: µs of processor time and kills for want of memory that
   *  it had counted, NaN where it cannot be told; the errno of rmdir(2), or 0. */
  endGroups(groups: string, done: (numbers: Float64Array) => void): void;
  /** What stands at these paths, and many configs at once, off the loop: see addon/config_files.h. */
  lookAt(paths: readonly string[], done: (numbers: BigInt64Array) => void): void;
  readConfigs(
    paths: readonly string[],
    nofollow: boolean,
    done: (copies: readonly [numbers: BigInt64Array, bytes: Buffer]) => void,
  ): void;
  /** A stream: [our end, non-blocking; the other]. */
  streamPair(): [number, number];
  /** A stream socket bound to the bytes of a sockaddr; `done` is called on the loop, with a descriptor that is the caller's.
   *  The file of a path has mode 0. */
  bindSocket(address: Uint8Array, done: (error: NativeError | null, fd: number) => void): void;
  listen(fd: number, backlog: number): void;
  /** A stream socket that listens on a unix path, its file for its owner alone: non-blocking, CLOEXEC. */
  listenUnix(path: string, backlog: number): number;
  /** Takes O_NONBLOCK back, which whoever had it before may have set for all. */
  makeBlocking(fd: number): void;
  /** Another descriptor, the caller's, of the same open description. */
  duplicate(fd: number): number;
  /** Bytes written, or -1 for EAGAIN. */
  write(fd: number, data: Uint8Array): number;
  /** These children are no orphans although watchExit() is yet to be called for them. */
  expectExits(pids: readonly number[]): void;
  /** Children that watchExit() waits for; 0 for each that a spawn() is making. */
  listChildren(): number[];
  /** A sealed memory file of these bytes, its offset 0. */
  makeMemfd(name: string, bytes: Uint8Array): number;
  /** execve(2) in this process. `fds` stay open, all others are closed. Returns only by throwing. */
  replaceProgram(path: string, argv: readonly string[], env: readonly string[], fds: readonly number[]): void;
  /** Descriptors that came by an exec are ours from now on: nobody inherits them. */
  takeOver(fds: readonly number[]): void;
  /** The daemon's signals wait until releaseSignals(), also over replaceProgram(). */
  holdSignals(): void;
  releaseSignals(): void;
  countNewlines(bytes: Uint8Array): number;
  /** Nothing in `bytes` has to be escaped to be shown (output/escape.ts), if they are UTF-8. */
  isPlain(bytes: Uint8Array): boolean;
  /** What this kernel lets us do, probed once. */
  features(): { clone3: boolean; intoCgroup: boolean; closeRange: boolean };
  /** Each system call by its name, tried anew: how it failed, and the version that it told. */
  probeKernel(): Readonly<Record<string, { readonly error: string | null; readonly value: number }>>;
}

const require = createRequire(import.meta.url);

/** Loads the addon built by `npm run build`. Throws with the way to mend it when it is not there. */
export function loadNative(path: string): Native {
  return require(path) as Native;
}
