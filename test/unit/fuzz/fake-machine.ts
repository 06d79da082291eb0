// A machine for an Emperor to govern on, where nothing happens before somebody says so: clones, jails, control groups and sockets
// that are numbers alone. What must not be done to it is noted in `faults` as it is done.
import type { JailParts } from '../../../src/jail/jail.ts';
import type { ExitStatus, Native, NativeError, Order } from '../../../src/jail/native.ts';
import type { VassalGroups } from '../../../src/system/cgroup-vassal.ts';

const SIGKILL = 9;
const FIRST_FD = 100;
const FIRST_PID = 1000;
const ENOENT = 2;
const USAGE = { core: false, userUsec: 0, systemUsec: 0, maxRssKib: 0 };
/** In the command of a jail: which text it is made of. */
const TAG = /#([^\0#]+)#/;
const AWAITS = 'await-hooks\x001\0as-emperor';

export type Phase = 'cloning' | 'set-up' | 'up' | 'over';

type Done = Parameters<Native['spawn']>[6];

/** What is to be at some moment, when the test says so. */
export class Later {
  readonly #pending: (() => void)[] = [];

  get size(): number {
    return this.#pending.length;
  }

  moment(): Promise<void> {
    return new Promise((resolve) => this.#pending.push(resolve));
  }

  /** One of them. */
  happen(which: number): void {
    if (this.size > 0) this.#pending.splice(which % this.size, 1)[0]?.();
  }
}

export class FakeJail {
  phase: Phase = 'cloning';
  /** Somebody wants it to end. */
  asked = false;
  killed = false;
  /** Its spawn was given up. */
  doomed = false;
  /** At this moment its spawn cannot be given up. */
  isElusive = false;
  /** It was to be, and will be later. */
  isGivenUp = false;
  isReady = false;
  /** It waits for hooks of the Emperor's: it has asked for them, they are done. */
  readonly awaits: boolean;
  hasAsked = false;
  isReleased = false;
  /** Of the vassal. */
  readonly name: string;
  /** Empty: it is a helper. */
  pid = 0;
  pidfd = -1;
  readonly tag: string;
  readonly group: string;
  readonly control: number;
  readonly output: number;
  readonly inbox: string[] = [];
  readonly done: Done;
  exited: ((status: ExitStatus) => void) | undefined;

  constructor(order: string, control: number, output: number, done: Done) {
    this.tag = TAG.exec(order)?.[1] ?? '';
    const [, group = '', , , name = ''] = order.split('\0');
    this.group = group;
    this.name = name;
    this.awaits = order.includes(AWAITS);
    this.control = control;
    this.output = output;
    this.done = done;
  }

  get isHelper(): boolean {
    return this.tag === '';
  }

  /** It cannot go on before somebody else has done something. */
  get isHeld(): boolean {
    return this.phase === 'set-up' && this.hasAsked && !this.isReleased;
  }

  get lives(): boolean {
    return this.phase !== 'over';
  }

  /** It was asked to end, one way or the other. */
  get isLeft(): boolean {
    return this.asked || this.killed || this.doomed || this.isGivenUp;
  }
}

export class FakeMachine {
  readonly jails: FakeJail[] = [];
  readonly faults: string[] = [];
  /** What takes its time: control groups, orphans. */
  readonly later = new Later();
  /** Asked before each spawn: whatever is wrong with it. */
  onSpawn: (jail: FakeJail) => void = () => {};
  readonly #open = new Set<number>();
  /** Sockets, with their addresses. */
  readonly #bound = new Map<number, string>();
  readonly #listening = new Set<number>();
  readonly #watched = new Map<number, (events: number) => void>();
  readonly #groups = new Set<string>();
  /** Those that are being removed. */
  readonly #goingGroups = new Set<string>();
  readonly #turns = new Map<string, Promise<void>>();
  #nextFd = FIRST_FD;
  #nextPid = FIRST_PID;

  get living(): FakeJail[] {
    return this.jails.filter(({ lives }) => lives);
  }

  /** Nothing of anybody. */
  get left(): string[] {
    return [
      ...[...this.#open].map((fd) => `descriptor ${fd}`),
      ...[...this.#watched.keys()].map((fd) => `watch of ${fd}`),
      ...[...this.#groups].map((path) => `group ${path}`),
      ...this.living.map(({ name, tag }) => `jail ${name} ${tag}`),
    ];
  }

  readonly parts: Pick<JailParts, 'native' | 'jailerFd' | 'nullFd' | 'endOrphans'> = {
    native: this.#native(),
    jailerFd: 3,
    nullFd: 4,
    endOrphans: () => this.later.moment(),
  };

  /** The clone of one that is just being made has come to its end. */
  cloned(jail: FakeJail, works = true): void {
    if (jail.phase !== 'cloning') return;
    if (jail.doomed || !works) {
      jail.phase = 'over';
      return jail.done(errorOf(jail.doomed ? 'ECANCELED' : 'EAGAIN'), 0, -1);
    }
    jail.phase = 'set-up';
    jail.isGivenUp = false;
    jail.pid = this.#nextPid++;
    jail.pidfd = this.#fd();
    jail.done(null, jail.pid, jail.pidfd);
  }

  execd(jail: FakeJail): void {
    if (jail.phase !== 'set-up' || jail.isHeld || jail.isHelper) return;
    if (jail.awaits && !jail.hasAsked) {
      jail.hasAsked = true;
      return this.say(jail, 'hooks as-emperor');
    }
    jail.phase = 'up';
    this.say(jail, 'exec');
    this.say(jail, 'started 1');
  }

  /** Of its jailer, of its init, or of somebody who has taken that over. */
  say(jail: FakeJail, message: string): void {
    if (jail.phase === 'cloning' || !jail.lives) return;
    jail.inbox.push(message);
    this.#hear(jail);
  }

  ready(jail: FakeJail): void {
    if (jail.phase !== 'up') return;
    jail.isReady = true;
    this.say(jail, 'notify r - -');
  }

  failed(jail: FakeJail): void {
    if (jail.phase !== 'set-up') return;
    this.say(jail, `failed 0 ${ENOENT} it is not there`);
    this.ended(jail, 125);
  }

  /** `code`: of the command, as its init tells; null: it was killed with its init, which tells nothing. */
  ended(jail: FakeJail | undefined, code: number | null): void {
    if (jail === undefined) throw new Error('no jail');
    if (jail.phase !== 'set-up' && jail.phase !== 'up') return;
    if (code !== null && jail.phase === 'up') this.say(jail, `exited ${code} - 0 0 0 0`);
    jail.phase = 'over';
    this.#close(jail.pidfd);
    const { exited } = jail;
    jail.exited = undefined;
    if (exited === undefined) this.faults.push(`nobody waits for the end of ${jail.tag}`);
    exited?.({ code: code ?? null, signal: code === null ? SIGKILL : null, ...USAGE });
  }

  /** An exec: what is not in `kept` is closed, and nobody waits for anything. */
  replaceProgram(kept: readonly number[]): void {
    for (const jail of this.living) {
      if (jail.phase === 'cloning') this.faults.push(`${jail.tag} is just being cloned`);
      jail.exited = undefined;
    }
    this.#watched.clear();
    for (const fd of this.#open) if (!kept.includes(fd)) this.#close(fd);
    for (const fd of kept) this.#use(fd);
  }

  /** Somebody connects. */
  call(which: number): void {
    const fds = [...this.#listening].filter((fd) => this.#watched.has(fd));
    const fd = fds[which % fds.length];
    if (fd !== undefined) this.#watched.get(fd)?.(1);
  }

  groupsOf(name: string): VassalGroups {
    const path = `/cg/${name}`;
    const home = {
      path,
      isOurs: true,
      kill: async () => this.#killIn(path),
      destroy: async () => {
        this.#killIn(path);
        await this.later.moment();
        this.#groups.delete(path);
      },
    };
    let atWork = 0;
    const inTurn = (work: () => void): Promise<void> => {
      atWork++;
      return this.#inTurn(path, work).finally(() => atWork--);
    };
    const groups = {
      name,
      home,
      get isSettled() {
        return atWork === 0;
      },
      settled: async () => this.#turns.get(path),
      useOwn: () => home,
      setUp: () => inTurn(() => void this.#groups.add(path)),
      takeDown: () => {
        this.#goingGroups.add(path);
        return inTurn(() => {
          this.#goingGroups.delete(path);
          this.#groups.delete(path);
        });
      },
      newOomKills: () => 0,
      oomKills: 0,
      record: { taken: [], home: null, own: null, v1: [] },
      resume: () => {},
    };
    return groups as unknown as VassalGroups;
  }

  /** What is done to a group is done one after the other. */
  #inTurn(path: string, work: () => void): Promise<void> {
    const turn = (this.#turns.get(path) ?? Promise.resolve()).then(() => this.later.moment()).then(work);
    this.#turns.set(path, turn);
    return turn;
  }

  #killIn(path: string): void {
    for (const jail of this.living) if (jail.group === path) jail.killed = true;
  }

  #native(): Native {
    const calls: Partial<Native> = {
      order: (bytes) => Buffer.from(bytes).toString('latin1') as unknown as Order,
      spawn: (_jailer, order, _in, _out, _err, _passed, done) => this.#spawn(String(order), done),
      killSpawn: (control) => {
        const jail = this.#jailOf(control);
        if (jail === undefined) return true;
        jail.doomed = !jail.isElusive;
        jail.isGivenUp = jail.isElusive;
        jail.isElusive = false;
        return jail.doomed;
      },
      watchExit: (pid, _pidfd, done) => {
        const jail = this.jails.find((each) => each.pid === pid);
        if (jail) jail.exited = done;
      },
      signal: (pidfd) => {
        const jail = this.living.find((each) => each.pidfd === pidfd);
        if (jail === undefined) throw errorOf('ESRCH');
        jail.killed = true;
      },
      watch: (fd, _events, ready) => {
        if (!this.#open.has(fd) || this.#watched.has(fd)) this.faults.push(`watch of ${fd}`);
        this.#watched.set(fd, ready);
        const jail = this.jails.find((each) => each.control === fd);
        if (jail) queueMicrotask(() => this.#hear(jail));
      },
      unwatch: (fd) => void this.#watched.delete(fd),
      close: (fd) => {
        this.#close(fd);
        const jail = this.#jailOf(fd);
        // Its Emperor is gone, as it sees it.
        if (jail) jail.killed = true;
      },
      receive: (fd) => this.#receive(fd),
      receiveTrusted: (fd) => {
        const message = this.#receive(fd);
        return message && { ...message, fd: -1 };
      },
      send: (fd, text) => this.#told(fd, text),
      read: () => -1,
      makeBlocking: (fd) => this.#use(fd),
      bindSocket: (address, done) => {
        const key = Buffer.from(address).toString('hex');
        void this.later.moment().then(() => {
          // With SO_REUSEADDR only who listens is in the way.
          if ([...this.#listening].some((fd) => this.#bound.get(fd) === key))
            return done(errorOf('EADDRINUSE'), -1);
          const fd = this.#fd();
          this.#bound.set(fd, key);
          done(null, fd);
        });
      },
      listen: (fd) => {
        this.#use(fd);
        this.#listening.add(fd);
      },
    };
    return new Proxy(calls, {
      get: (target, name) => target[name as keyof Native] ?? (() => uncalled(String(name))),
    }) as Native;
  }

  #spawn(order: string, done: Done): [number, number] {
    const jail = new FakeJail(order, this.#fd(), this.#fd(), done);
    if (!jail.isHelper && this.living.some(({ group }) => group === jail.group))
      this.faults.push(`two jails in ${jail.group}`);
    if (this.#goingGroups.has(jail.group))
      this.faults.push(`a jail in ${jail.group}, which is being removed`);
    jail.isElusive = this.jails.length % 2 === 1;
    this.onSpawn(jail);
    this.jails.push(jail);
    if (jail.group !== '') this.#groups.add(jail.group);
    return [jail.control, jail.output];
  }

  #jailOf(control: number): FakeJail | undefined {
    return this.living.find((jail) => jail.control === control);
  }

  #receive(fd: number): { data: string; pid: number } | null {
    this.#use(fd);
    const jail = this.jails.find((each) => each.control === fd);
    const data = jail?.inbox.shift();
    return data === undefined ? null : { data, pid: (jail?.pid ?? 0) + 1 };
  }

  #told(fd: number, text: string): boolean {
    this.#use(fd);
    const jail = this.#jailOf(fd);
    if (jail && text.startsWith('signal ')) jail.asked = true;
    if (jail && text === 'kill') jail.killed = true;
    if (jail && text === 'release') jail.isReleased = true;
    return true;
  }

  /** As epoll(7) does it, level-triggered. */
  #hear(jail: FakeJail): void {
    for (let before = -1; jail.inbox.length > 0 && jail.inbox.length !== before; ) {
      before = jail.inbox.length;
      this.#watched.get(jail.control)?.(1);
    }
  }

  #fd(): number {
    const fd = this.#nextFd++;
    this.#open.add(fd);
    return fd;
  }

  #use(fd: number): void {
    if (!this.#open.has(fd)) this.faults.push(`use of ${fd}, which is closed`);
  }

  #close(fd: number): void {
    if (!this.#open.delete(fd)) this.faults.push(`close of ${fd}, which is closed`);
    if (this.#watched.has(fd)) this.faults.push(`close of ${fd}, which is watched`);
    this.#watched.delete(fd);
    this.#bound.delete(fd);
    this.#listening.delete(fd);
  }
}

function errorOf(code: string): NativeError {
  return Object.assign(new Error(code), { code, errno: -1, syscall: 'clone' }) as NativeError;
}

function uncalled(name: string): never {
  throw new Error(`nobody was to call ${name}`);
}
