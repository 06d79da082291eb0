// A jail with hooks that the Emperor has to do: before it, beside it, and what of its own hooks must be undone on the host
// when it is over.
import type { OuterHooks, Plan, Step } from '../plan/step.ts';
import { HookMounts } from './hook-mounts.ts';
import { Helper, helperStdio } from './hook-run.ts';
import type {
  HostMount,
  JailCgroup,
  JailHandlers,
  JailParts,
  JailStdio,
  Keep,
  SpawnFailure,
} from './jail.ts';
import type { ProcessRecord } from './jailed-process.ts';
import type { CommandExit } from './messages.ts';
import type { ExitStatus, NativeError } from './native.ts';
import { RootedJail, type RootedRecord } from './rooted-jail.ts';

export type Jail = Pick<
  RootedJail,
  'commandPid' | 'announce' | 'signal' | 'kill' | 'isSettled' | 'hush' | 'wake'
> & {
  record(keep: Keep): JailRecord;
};

/** A jail whose command was exec'd, for a daemon that takes the place of this one. */
export interface JailRecord extends RootedRecord {
  /** With hooks that the Emperor has to do; null: there are none. */
  readonly hooked: HookedRecord | null;
}

interface HookedRecord {
  readonly jailerPid: number;
  readonly insidePid: number;
  readonly mounts: readonly HostMount[];
}

/** As JailedProcess.spawn(). */
export function spawnJail(
  parts: JailParts,
  plan: Plan,
  stdio: JailStdio,
  cgroup: JailCgroup | undefined,
  handlers: JailHandlers,
  passed: readonly number[] = [],
): Jail {
  if (plan.hooks === undefined)
    return new UnhookedJail(RootedJail.spawn(parts, plan, stdio, cgroup, handlers, passed));
  return HookedJail.begun({ parts, plan, hooks: plan.hooks, stdio, cgroup, handlers, passed });
}

/** As JailedProcess.resume(). */
export function resumeJail(
  parts: JailParts,
  plan: Plan,
  stdio: JailStdio,
  cgroup: JailCgroup | undefined,
  handlers: JailHandlers,
  record: JailRecord,
): Jail {
  if (plan.hooks === undefined || record.hooked === null)
    return new UnhookedJail(RootedJail.resume(parts, plan, cgroup, handlers, record));
  const { hooks } = plan;
  return HookedJail.resumed({ parts, plan, hooks, stdio, cgroup, handlers, passed: [] }, record);
}

class UnhookedJail implements Jail {
  readonly #jail: RootedJail;

  constructor(jail: RootedJail) {
    this.#jail = jail;
  }

  get commandPid(): number | null {
    return this.#jail.commandPid;
  }

  get isSettled(): boolean {
    return this.#jail.isSettled;
  }

  announce(event: 'stop' | 'reload'): void {
    this.#jail.announce(event);
  }

  signal(signal: number): void {
    this.#jail.signal(signal);
  }

  kill(): void {
    this.#jail.kill();
  }

  hush(): void {
    this.#jail.hush();
  }

  wake(): void {
    this.#jail.wake();
  }

  record(keep: Keep): JailRecord {
    return { ...this.#jail.record(keep), hooked: null };
  }
}

interface HookedParts {
  readonly parts: JailParts;
  readonly plan: Plan;
  readonly hooks: OuterHooks;
  readonly stdio: JailStdio;
  readonly cgroup: JailCgroup | undefined;
  readonly handlers: JailHandlers;
  readonly passed: readonly number[];
}

class HookedJail implements Jail {
  readonly #with: HookedParts;
  #jail: RootedJail | undefined;
  #jailerPid = 0;
  /** Who is in the namespaces: without an init the jailer stays outside. */
  #insidePid = 0;
  readonly #answered = new Set<string>();
  #helper: Helper | undefined;
  #killed = false;
  /** What hooks of the jail have mounted on the host. */
  readonly #mounts: HookMounts;

  private constructor(parts: HookedParts) {
    this.#with = parts;
    this.#mounts = new HookMounts(parts.parts, parts.plan.name, parts.hooks.directory);
  }

  static begun(parts: HookedParts): HookedJail {
    const jail = new HookedJail(parts);
    void jail.#begin();
    return jail;
  }

  static resumed(parts: HookedParts, record: JailRecord): HookedJail {
    const jail = new HookedJail(parts);
    jail.#resume(record);
    return jail;
  }

  #resume({ hooked, ...record }: JailRecord): void {
    const { parts, plan, cgroup } = this.#with;
    this.#jailerPid = hooked?.jailerPid ?? 0;
    this.#insidePid = hooked?.insidePid ?? 0;
    this.#mounts.resume(hooked?.mounts ?? []);
    this.#jail = RootedJail.resume(parts, plan, cgroup, this.#around(), record);
  }

  get isSettled(): boolean {
    return this.#helper === undefined && this.#jail?.isSettled === true;
  }

  /** Only of one that is settled. */
  record(keep: Keep): JailRecord {
    const jail = this.#jail?.record(keep) ?? { process: NOTHING, holds: [] };
    const { record: mounts } = this.#mounts;
    return { ...jail, hooked: { jailerPid: this.#jailerPid, insidePid: this.#insidePid, mounts } };
  }

  get commandPid(): number | null {
    return this.#jail?.commandPid ?? null;
  }

  announce(event: 'stop' | 'reload'): void {
    this.#jail?.announce(event);
  }

  signal(signal: number): void {
    this.#jail?.signal(signal);
  }

  hush(): void {
    this.#jail?.hush();
  }

  wake(): void {
    this.#jail?.wake();
  }

  kill(): void {
    this.#killed = true;
    this.#helper?.kill();
    this.#jail?.kill();
  }

  async #begin(): Promise<void> {
    const { hooks, handlers } = this.#with;
    // Even without hooks: nothing may be told before the caller has this object.
    const failure = await this.#doAll(hooks.beforeVassal);
    if (!this.#killed && failure === undefined) return this.#spawn();
    if (!this.#killed && failure) handlers.failed(failure);
    await this.#undo();
    handlers.ended(null, null);
  }

  #spawn(): void {
    const { parts, plan, stdio, cgroup, handlers, passed } = this.#with;
    try {
      this.#jail = RootedJail.spawn(parts, plan, stdio, cgroup, this.#around(), passed);
    } catch (error) {
      handlers.failed({ kind: 'native', what: 'start', error: error as NativeError });
      void this.#undo().then(() => handlers.ended(null, null));
    }
  }

  #around(): JailHandlers {
    const { plan, handlers } = this.#with;
    return {
      ...handlers,
      jailer: (pid) => {
        this.#jailerPid = pid;
        handlers.jailer(pid);
      },
      asked: (phase, pid) => void this.#answer(phase, pid),
      mounted: (index, mount) => this.#mounts.note(plan.steps[index], mount),
      ended: (command, init) => void this.#ended(command, init),
    };
  }

  /** The jailer waits until its Emperor has done the hooks of `phase`. */
  async #answer(phase: string, pid: number): Promise<void> {
    const { hooks, handlers } = this.#with;
    // What the plan waits for, once: a jailer that has become a tenant's may ask again, for what root does.
    if (!this.#waitsFor(phase) || this.#answered.has(phase)) return;
    this.#answered.add(phase);
    this.#insidePid = pid;
    if (phase === 'post-jail') {
      const failure = await this.#doAll(hooks.postJail, [`UWSGI_JAIL_PID=${pid}`]);
      if (failure && !this.#killed) this.#jail?.giveUp(failure);
    } else {
      for (const steps of hooks.asEmperor) {
        const failure = await this.#do(steps);
        if (failure && !this.#killed) handlers.hookFailed?.(failure);
      }
    }
    this.#jail?.goOn();
  }

  #waitsFor(phase: string): boolean {
    return this.#with.plan.steps.some(({ name, args }) => name === 'await-hooks' && args[0] === phase);
  }

  /** Up to the first that fails. */
  async #doAll(
    plans: readonly (readonly Step[])[],
    variables: readonly string[] = [],
  ): Promise<SpawnFailure | undefined> {
    for (const steps of plans) {
      const failure = await this.#do(steps, variables);
      if (failure) return failure;
    }
    return undefined;
  }

  async #do(steps: readonly Step[], variables: readonly string[] = []): Promise<SpawnFailure | undefined> {
    if (steps.length === 0 || this.#killed) return undefined;
    this.#helper = this.#run(steps, variables);
    try {
      return await this.#helper.end;
    } finally {
      this.#helper = undefined;
    }
  }

  #run(steps: readonly Step[], variables: readonly string[]): Helper {
    const { parts, plan, stdio, cgroup, handlers } = this.#with;
    const pids = this.#insidePid === 0 ? [] : pidVariables(this.#insidePid);
    return new Helper(parts, {
      steps: this.#insidePid === this.#jailerPid ? steps : steps.map((each) => byPid(each, this.#insidePid)),
      name: plan.name,
      stdio: helperStdio(stdio, this.#inputFor(steps), parts.nullFd),
      variables: [...pids, ...variables],
      // A tenant's programs are to be held by his vassal's limits, not to share those of the daemon.
      ...(steps.some(({ name }) => name === 'uid') && { cgroup }),
      output: handlers.hookOutput ?? handlers.output,
      mounted: (made, mount) => this.#mounts.note(made, mount),
    });
  }

  /** Nobody else has a use for the jailer's pidfd. */
  #inputFor(steps: readonly Step[]): number {
    const joins = steps.some(({ name }) => name === 'hook-join');
    return (joins ? this.#jail?.pidfd : undefined) ?? this.#with.parts.nullFd;
  }

  /** The jail ended while something is done for it: that ends too. */
  async #ended(command: CommandExit | null, init: ExitStatus | null): Promise<void> {
    this.#killed = true;
    this.#helper?.kill();
    await this.#helper?.end;
    await this.#undo();
    await this.#afterVassal();
    this.#with.handlers.ended(command, init);
  }

  async #afterVassal(): Promise<void> {
    const { hooks, handlers } = this.#with;
    if (hooks.afterVassal.length === 0) return;
    const failure = await this.#run(hooks.afterVassal, []).end;
    if (failure) handlers.hookFailed?.(failure);
  }

  async #undo(): Promise<void> {
    for (const failure of await this.#mounts.undo()) this.#with.handlers.hookFailed?.(failure);
  }
}

/** Of one that there is not: only to be tried. */
const NOTHING: ProcessRecord = {
  pid: 0,
  pidfd: -1,
  control: -1,
  output: -1,
  commandPid: 0,
  command: null,
  killWanted: false,
};

/** A pidfd of the jailer would lead to the wrong namespaces. */
function byPid(each: Step, pid: number): Step {
  return each.name === 'hook-join' ? { ...each, args: [...each.args, String(pid)] } : each;
}

function pidVariables(pid: number): string[] {
  return [`TSJAIL_PID=${pid}`, `UWSGI_VASSAL_PID=${pid}`];
}
