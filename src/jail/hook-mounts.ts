// What hooks have mounted on the host: written down when it is made, undone in reverse.
import { posix } from 'node:path';
import type { Step } from '../plan/step.ts';
import { unmount } from './host-mounts.ts';
import type { HostMount, JailParts, SpawnFailure } from './jail.ts';

export class HookMounts {
  readonly #parts: JailParts;
  readonly #vassal: string;
  readonly #directory: string;
  readonly #mounted: HostMount[] = [];

  /** Relative targets are relative to `directory`. */
  constructor(parts: JailParts, vassal: string, directory: string) {
    this.#parts = parts;
    this.#vassal = vassal;
    this.#directory = directory;
  }

  get record(): readonly HostMount[] {
    return [...this.#mounted];
  }

  resume(record: readonly HostMount[]): void {
    this.#mounted.push(...record);
  }

  note(made: Step | undefined, mount: string): void {
    const target = made?.name === 'hook-mount' ? made.args[1] : undefined;
    if (target === undefined) return;
    const noted = { target: posix.resolve(this.#directory, target), mount };
    this.#mounted.push(noted);
    this.#parts.hostMounts?.add(noted);
  }

  /** In reverse: one may lie on the other. What could not be undone stays written down. */
  async undo(): Promise<SpawnFailure[]> {
    const failures: SpawnFailure[] = [];
    for (const mounted of this.#mounted.splice(0).reverse()) {
      const failure = await unmount(this.#parts, this.#vassal, mounted);
      if (failure) failures.push(failure);
      else this.#parts.hostMounts?.delete(mounted);
    }
    return failures;
  }
}
