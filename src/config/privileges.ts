// Which capabilities the command has, and whether it may get more.
import type { Values } from './options-read.ts';

export type Privileges = Readonly<Record<string, never>>;

export function privilegesOf(_values: Values): Privileges {
  return {};
}
