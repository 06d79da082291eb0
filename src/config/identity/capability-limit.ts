// `emperor-cap`: what the vassals can have at most.

import type { Values } from '../options/read.ts';
import type { Located } from '../origin.ts';
import { type Capability, joinedCapabilities } from './capabilities.ts';

/** Undefined: as much as the daemon has. */
export function capabilityLimit(values: Values): Located<readonly Capability[]> | undefined {
  const lines = values.all('emperor-cap');
  const last = lines.at(-1);
  if (last === undefined) return undefined;
  const value = joinedCapabilities(lines.map((line) => line.value));
  return value === 'all' ? undefined : { value, at: last.at };
}
