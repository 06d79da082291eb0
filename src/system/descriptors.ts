// What is to be done when there is no descriptor left: what a jail leaves behind is taken away as soon as there is one again.
import { setTimeout as delay } from 'node:timers/promises';

const NONE_LEFT = new Set(['EMFILE', 'ENFILE']);
/** Nobody tells when there is one again. */
export const AGAIN_MS = 100;

export function lacksDescriptor(error: unknown): boolean {
  return NONE_LEFT.has((error as NodeJS.ErrnoException).code ?? '');
}

/** `work`, which may be begun any number of times, until it does not fail for want of a descriptor. */
export async function withDescriptor<T>(work: () => T | Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!lacksDescriptor(error)) throw error;
    }
    await delay(AGAIN_MS);
  }
}
