// What Node itself brings along for the daemon.

const NAMES = [
  'child_process',
  'cluster',
  'crypto',
  'dgram',
  'fs/promises',
  'http',
  'module',
  'net',
  'os',
  'perf_hooks',
  'timers/promises',
];

/** To be called before V8 is told how to work: Node's code cache was made under the flags as they were, and what is loaded later
 *  is compiled anew. */
export function loadNodeModules(): void {
  for (const name of NAMES) process.getBuiltinModule(`node:${name}`);
}
