// The keys that the parser itself acts on, and what each does. All others are settings.
import { LIST_KEYS } from './key-lists.ts';
import { ENDS, LOGIC } from './logic.ts';

export type Act =
  | 'include'
  | 'inherit'
  | 'set'
  | 'placeholder'
  | 'logic'
  | 'end'
  | 'else'
  | 'declare'
  | 'list'
  | 'exit';

export const ACTS: ReadonlyMap<string, Act> = new Map<string, Act>([
  ['include', 'include'],
  ['inherit', 'inherit'],
  ['set', 'set'],
  ['set-placeholder', 'placeholder'],
  ['set-ph', 'placeholder'],
  ['declare-option', 'declare'],
  ['exit', 'exit'],
  ['else', 'else'],
  ...[...ENDS].map((key) => [key, 'end'] as const),
  ...[...LOGIC.keys()].map((key) => [key, 'logic'] as const),
  ...[...LIST_KEYS.keys()].map((key) => [key, 'list'] as const),
]);
