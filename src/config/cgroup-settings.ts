// Which control groups the vassal is in, and what it may use there.
import type { Values } from './options-read.ts';

export type CgroupSettings = Readonly<Record<string, never>>;

export function cgroupSettings(_values: Values): CgroupSettings {
  return {};
}
