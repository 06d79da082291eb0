// Descriptors that are a child's: open until it has them, closed also when it never gets them.
import type { Native } from './native.ts';

export class ChildEnds {
  readonly #native: Native;
  readonly #fds: number[] = [];

  constructor(native: Native) {
    this.#native = native;
  }

  own(fd: number): void {
    this.#fds.push(fd);
  }

  close(): void {
    for (const fd of this.#fds.splice(0)) this.#native.close(fd);
  }
}
