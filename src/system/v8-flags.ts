// V8 as it suits a daemon. Its compilers: the baseline one at once, the optimizing ones, which work on threads of their own beside
// the daemon's, seldom. Its heap: near to what lives.
import { setFlagsFromString } from 'node:v8';

/**
 * `heap`, before the daemon's own code is loaded: how much of what lives may come on top of it before all of the heap is collected,
 *   in percent. V8 has up to 300: memory that goes in waves, and after the start of 1000 vassals 6 MB of garbage that nobody
 *   collects, since nothing happens any more. A collection takes the main thread 10 ms, one for every 600 starts or so.
 * `compilers`, when that is loaded and before it runs, since what is run once, to load it, is not worth it. With the baseline
 *   compiler from a function's first call on, the main thread's part of the start of 1000 vassals takes a sixth less. A function is
 *   taken up by the others after 15 times as much as V8 has: with V8's own numbers they use 0.9 s of the processors for that
 *   start, and from Node 24 on 40 MiB that stay, while the main thread is no faster for it.
 * `young`, any time: it is read at each growth of the young generation, which would go to 32 MiB at the first thousand starts and
 *   stay there.
 */
type Subject = 'heap' | 'compilers' | 'young';

const ALWAYS = { heap: ['--heap-growing-percent=50'], young: ['--semi-space-growth-factor=1'] } as const;
const BY_INVOCATIONS = {
  ...ALWAYS,
  compilers: [
    '--always-sparkplug',
    '--invocation-count-for-maglev=6000',
    '--invocation-count-for-turbofan=45000',
  ],
} as const;

/** By the major version of V8: Node 20 has 11, Node 22 has 12, Node 24 has 13, Node 26 has 14. One that is not here is left as it is:
 *  of a flag that it does not know it would say so on stderr, at every start. */
export const V8_FLAGS: Readonly<Record<string, Readonly<Record<Subject, readonly string[]>>>> = {
  11: { ...ALWAYS, compilers: ['--always-sparkplug', '--interrupt-budget=1000000'] },
  12: BY_INVOCATIONS,
  13: BY_INVOCATIONS,
  14: BY_INVOCATIONS,
};

export function tuneV8(subject: Subject): void {
  const [major = ''] = process.versions.v8.split('.');
  for (const flag of V8_FLAGS[major]?.[subject] ?? []) setFlagsFromString(flag);
}
