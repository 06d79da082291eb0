// V8 as it suits a daemon. Its compilers: the baseline one at once, the optimizing one, which works on threads of its own beside
// the daemon's, seldom. Its heap: near to what lives.
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before it is taken up; Node has 132 KiB. With that the start of 1000 vassals
 *  costs 0.9 s of the compiler's time, while the main thread is no faster for it. */
const BUDGET = 1_000_000;

/** To be called when the daemon's own code is loaded, before it runs: what is run once, to load it, is not worth it. With the
 *  baseline compiler from a function's first call on, the main thread's part of the start of 1000 vassals takes a sixth less. */
export function chooseCompilers(): void {
  setFlagsFromString('--always-sparkplug');
  setFlagsFromString(`--interrupt-budget=${BUDGET}`);
}

/** How much of what lives may come on top of it before all of the heap is collected, in percent. V8 has up to 300: memory that
 *  goes in waves, and after the start of 1000 vassals 6 MB of garbage that nobody collects, since nothing happens any more. A
 *  collection takes the main thread 10 ms, one for every 600 starts or so. */
const GROWTH = 50;

/** To be called before the daemon's own code runs. */
export function keepHeapClose(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
