// What is shared while the state of a daemon is put together, and while it is taken apart: descriptors that stay open, and plans
// that many have in common.
import type { Keep } from '../../jail/jail.ts';
import type { Planned } from '../planned.ts';

export type { Keep } from '../../jail/jail.ts';

export interface Packing {
  readonly keep: Keep;
  /** A number for it. */
  readonly plan: (planned: Planned) => number;
}

export class Packer implements Packing {
  readonly #fds = new Set<number>();
  readonly #numbers = new Map<Planned, number>();

  /** In the order of their numbers. */
  get plans(): readonly Planned[] {
    return [...this.#numbers.keys()];
  }

  get fds(): readonly number[] {
    return [...this.#fds];
  }

  readonly keep: Keep = (fd) => {
    if (fd >= 0) this.#fds.add(fd);
    return fd;
  };

  readonly plan = (planned: Planned): number => {
    const known = this.#numbers.get(planned) ?? this.#numbers.size;
    this.#numbers.set(planned, known);
    return known;
  };
}
