// What the jail's root file system is made of.
import type { Values } from './options-read.ts';

export type RootSettings = Readonly<Record<string, never>>;

export function rootSettings(_values: Values): RootSettings {
  return {};
}
