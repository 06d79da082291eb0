// What a jail does to directories of the host that it uses as roots: told to RootUses, and undone before its end is told.
import { posix } from 'node:path';
import type { Plan } from '../plan/step.ts';
import type { JailCgroup, JailHandlers, JailParts, JailStdio, Keep, SpawnFailure } from './jail.ts';
import { JailedProcess, type ProcessRecord } from './jailed-process.ts';
import type { MadeTarget } from './messages.ts';
import type { RootTarget, RootUses } from './root-uses.ts';

/** A directory of the host that a jail uses as a root, by its path. */
export interface HoldRecord {
  readonly directory: string;
  readonly identity: string;
  readonly lock: number;
}

export interface RootedRecord {
  readonly process: ProcessRecord;
  readonly holds: readonly HoldRecord[];
}

export class RootedJail {
  readonly #process: JailedProcess;
  readonly #used: UsedRoots | undefined;

  private constructor(process: JailedProcess, used: UsedRoots | undefined) {
    this.#process = process;
    this.#used = used;
  }

  /** As JailedProcess.spawn(). */
  static spawn(
    parts: JailParts,
    plan: Plan,
    stdio: JailStdio,
    cgroup: JailCgroup | undefined,
    handlers: JailHandlers,
    passed: readonly number[] = [],
  ): RootedJail {
    const used = usedBy(parts, plan);
    const around = used?.around(handlers) ?? handlers;
    return new RootedJail(JailedProcess.spawn(parts, plan, stdio, cgroup, around, passed), used);
  }

  /** As JailedProcess.resume(). */
  static resume(
    parts: JailParts,
    plan: Plan,
    cgroup: JailCgroup | undefined,
    handlers: JailHandlers,
    { process, holds }: RootedRecord,
  ): RootedJail {
    const used = usedBy(parts, plan);
    used?.resume(holds);
    const around = used?.around(handlers) ?? handlers;
    return new RootedJail(JailedProcess.resume(parts, plan, cgroup, around, process), used);
  }

  get isSettled(): boolean {
    return this.#process.isSettled;
  }

  record(keep: Keep): RootedRecord {
    return { process: this.#process.record(keep), holds: this.#used?.record(keep) ?? [] };
  }

  hush(): void {
    this.#process.hush();
  }

  wake(): void {
    this.#process.wake();
  }

  get commandPid(): number | null {
    return this.#process.commandPid;
  }

  get pidfd(): number | undefined {
    return this.#process.pidfd;
  }

  goOn(): void {
    this.#process.goOn();
  }

  giveUp(failure: SpawnFailure): void {
    this.#process.giveUp(failure);
  }

  announce(event: 'stop' | 'reload'): void {
    this.#process.announce(event);
  }

  signal(signal: number): void {
    this.#process.signal(signal);
  }

  kill(): void {
    this.#process.kill();
  }
}

function usedBy(parts: JailParts, plan: Plan): UsedRoots | undefined {
  const { roots } = parts;
  if (roots === undefined || !plan.steps.some(({ name }) => name === 'lock-shared')) return undefined;
  return new UsedRoots(parts, roots, plan);
}

interface Hold {
  readonly identity: string;
  readonly lock: number;
}

class UsedRoots {
  readonly #parts: JailParts;
  readonly #roots: RootUses;
  readonly #plan: Plan;
  /** By the directory's path. */
  readonly #holds = new Map<string, Hold>();

  constructor(parts: JailParts, roots: RootUses, plan: Plan) {
    this.#parts = parts;
    this.#roots = roots;
    this.#plan = plan;
  }

  around(handlers: JailHandlers): JailHandlers {
    return {
      ...handlers,
      held: (step, identity, lock) => this.held(step, identity, lock),
      made: (step, target) => this.made(step, target),
      ended: (command, init) => {
        const over = this.leave();
        if (over.length === 0) return handlers.ended(command, init);
        void Promise.all(over).then((failures) => {
          for (const failure of failures) if (failure) handlers.hookFailed?.(failure);
          handlers.ended(command, init);
        });
      },
    };
  }

  record(keep: Keep): HoldRecord[] {
    return [...this.#holds].map(([directory, { identity, lock }]) => ({
      directory,
      identity,
      lock: keep(lock),
    }));
  }

  resume(record: readonly HoldRecord[]): void {
    for (const { directory, identity, lock } of record) {
      this.#holds.set(directory, { identity, lock });
      this.#roots.enter(identity);
    }
  }

  held(step: number, identity: string, lock: number): void {
    const directory = this.#plan.steps[step]?.args[0];
    if (directory === undefined || this.#holds.has(directory)) return this.#unlock(lock);
    this.#holds.set(directory, { identity, lock });
    this.#roots.enter(identity);
  }

  made(step: number, target: MadeTarget): void {
    const place = onHost(this.#plan, step, target);
    const hold = place && this.#holds.get(place.root);
    if (hold) this.#roots.made(hold.identity, place);
  }

  /** What is still being removed. */
  leave(): Promise<SpawnFailure | undefined>[] {
    const holds = [...this.#holds.values()];
    this.#holds.clear();
    // All of them first: one directory may be held twice, by two paths.
    for (const { lock } of holds) this.#unlock(lock);
    return holds.flatMap(({ identity }) => this.#roots.leave(identity, this.#plan.name) ?? []);
  }

  #unlock(lock: number): void {
    if (lock !== -1) this.#parts.native.close(lock);
  }
}

/** What a step made in the jail's root was made in the root of the host, or in what an earlier step has put there.
 *  Links may lead elsewhere: then there is nothing at that place which is what was made. */
export function onHost(plan: Plan, index: number, target: MadeTarget): RootTarget | undefined {
  const path = posix.normalize(target.path);
  for (const { name, args } of plan.steps.slice(0, index).reverse()) {
    if (name === 'root-at' || name === 'root-bind') return { ...target, root: args[0] ?? '', path };
    if (name !== 'put-bind' && name !== 'put-overlay') continue;
    const isOverlay = name === 'put-overlay';
    const below = posix.relative(args[isOverlay ? 3 : 1] ?? '', path);
    if (below === '' || below.startsWith('..')) continue;
    const place = { ...target, path: `/${below}` };
    if (!isOverlay) return { ...place, root: args[0] ?? '' };
    return { ...place, root: args[1] ?? '', identity: onAnyDevice(target.identity) };
  }
  return undefined;
}

/** An overlay has a device of its own; the rest is that of its upper layer, as a rule. */
function onAnyDevice(identity: string): string {
  return identity.replace(/^\d+:\d+:/, '*:*:');
}
