// V8's optimizing compiler, which works on threads of its own beside the daemon's.
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before it is taken up; Node has 132 KiB. With that the start of 1000 vassals
 *  costs 0.9 s of the compiler's time, while the main thread is no faster for it. */
const BUDGET = 1_000_000;

/** To be called before the daemon's own code runs. */
export function optimizeSeldom(): void {
  setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
