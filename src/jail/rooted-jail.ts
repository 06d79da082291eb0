// What a jail does to directories of the host that it uses as roots: told to RootUses, and undone before its end is told.
import { posix } from 'node:path';
import type { Plan } from '../plan/step.ts';
import type { JailHandlers, JailParts, SpawnFailure } from './jail.ts';
import type { MadeTarget } from './messages.ts';
import type { RootTarget, RootUses } from './root-uses.ts';

/** Handlers for such a jail; those that were given, where there is nothing to be done. */
export function withRoots(parts: JailParts, plan: Plan, handlers: JailHandlers): JailHandlers {
  const { roots } = parts;
  if (roots === undefined || !plan.steps.some(({ name }) => name === 'lock-shared')) return handlers;
  const used = new UsedRoots(parts, roots, plan);
  return {
    ...handlers,
    held: (step, identity, lock) => used.held(step, identity, lock),
    made: (step, target) => used.made(step, target),
    ended: (command, init) => {
      const over = used.leave();
      if (over.length === 0) return handlers.ended(command, init);
      void Promise.all(over).then((failures) => {
        for (const failure of failures) if (failure) handlers.hookFailed?.(failure);
        handlers.ended(command, init);
      });
    },
  };
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
