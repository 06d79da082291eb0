// The other files that vassals are made of (includes, env files): which names want to hear of which file. One that is not
// there is waited for.
import type { MonitorOptions } from './options.ts';
import { sight } from './sight.ts';
import { Timers } from './timers.ts';
import { type Result, TrackedFile } from './tracked-file.ts';
import { Trail, type TrailParts } from './trail.ts';

export interface DependenciesParts extends TrailParts {
  readonly options: MonitorOptions;
  readonly wake: () => void;
  readonly changed: (name: string, path: string) => void;
  /** When the config of `name` was last told of: what changed later may or may not have been read. */
  readonly toldAtMs: (name: string) => number;
}

class Dependency {
  readonly path: string;
  readonly names = new Set<string>();
  readonly file: TrackedFile;
  readonly trail: Trail;
  /** It has been looked at, with a result. */
  isKnown = false;
  /** It was being written when it was looked at first. */
  wasBusy = false;
  changedAtNs = 0n;

  constructor(path: string, { options, ...parts }: DependenciesParts, hinted: (own: Dependency) => void) {
    this.path = path;
    this.file = new TrackedFile(path, { ...options, nofollow: false });
    this.trail = new Trail(path, { ...parts, nofollow: false }, () => hinted(this));
  }
}

export class Dependencies {
  readonly #parts: DependenciesParts;
  readonly #byPath = new Map<string, Dependency>();
  readonly #pathsOf = new Map<string, ReadonlySet<string>>();
  readonly #waiting = new Set<Dependency>();
  readonly #timers = new Timers<Dependency>();

  constructor(parts: DependenciesParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  end(): void {
    this.#timers.end();
  }

  set(name: string, paths: ReadonlySet<string>): void {
    for (const path of this.#pathsOf.get(name) ?? []) if (!paths.has(path)) this.#leave(name, path);
    if (paths.size > 0) this.#pathsOf.set(name, paths);
    else this.#pathsOf.delete(name);
    for (const path of paths) this.#join(name, path);
  }

  lookAtAll(): void {
    for (const dependency of this.#byPath.values()) this.#waiting.add(dependency);
  }

  async look(most: number): Promise<void> {
    const some = [...this.#waiting].slice(0, most);
    for (const dependency of some) this.#waiting.delete(dependency);
    await Promise.all(some.map((dependency) => this.#look(dependency)));
  }

  #join(name: string, path: string): void {
    const present = this.#byPath.get(path);
    const dependency = present ?? new Dependency(path, this.#parts, (own) => this.#enqueue(own));
    if (dependency.names.has(name)) return;
    dependency.names.add(name);
    if (dependency.isKnown) return this.#tellIfLater(name, dependency);
    this.#byPath.set(path, dependency);
    this.#enqueue(dependency);
  }

  #leave(name: string, path: string): void {
    const dependency = this.#byPath.get(path);
    dependency?.names.delete(name);
    if (dependency === undefined || dependency.names.size > 0) return;
    dependency.trail.drop();
    this.#timers.cancel(dependency);
    this.#waiting.delete(dependency);
    this.#byPath.delete(path);
  }

  #enqueue(dependency: Dependency): void {
    this.#waiting.add(dependency);
    this.#parts.wake();
  }

  async #look(dependency: Dependency): Promise<void> {
    const sighting = await dependency.trail.follow(await sight(dependency.path, false, this.#parts.disk));
    const { result, againMs } = await dependency.file.look(sighting);
    if (this.#byPath.get(dependency.path) !== dependency) return dependency.trail.drop();
    if (result) this.#take(dependency, result);
    else if (againMs !== undefined) dependency.wasBusy ||= !dependency.isKnown;
    if (againMs !== undefined) this.#timers.set(dependency, againMs, () => this.#enqueue(dependency));
  }

  #take(dependency: Dependency, result: Result): void {
    const { isKnown, wasBusy, names } = dependency;
    dependency.isKnown = true;
    dependency.changedAtNs = result.kind === 'text' ? result.stats.ctimeNs : 0n;
    for (const name of names) {
      if (isKnown || wasBusy) this.#parts.changed(name, dependency.path);
      else this.#tellIfLater(name, dependency);
    }
  }

  #tellIfLater(name: string, dependency: Dependency): void {
    const toldAtMs = this.#parts.toldAtMs(name);
    if (dependency.changedAtNs > BigInt(toldAtMs + 1) * 1_000_000n)
      this.#parts.changed(name, dependency.path);
  }
}
