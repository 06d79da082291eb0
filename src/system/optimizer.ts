// V8's compilers: the baseline one at once, the optimizing one, which works on threads of its own beside the daemon's, seldom.
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before it is taken up; Node has 132 KiB. With that the start of 1000 vassals
 *  costs 0.9 s of the compiler's time, while the main thread is no faster for it. */
const BUDGET = 1_000_000;

/** To be called before the daemon's own code runs. With the baseline compiler from a function's first call on, the main thread's
 *  part of the start of 1000 vassals takes a sixth less; its code takes 6 MB. */
export function chooseCompilers(): void {
  setFlagsFromString('--always-sparkplug');
  setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}
