// What the table of options knows of each.
import type { TypeName } from '../values.ts';

export type Scope = 'vassal' | 'emperor';
export type Group =
  | 'command'
  | 'identity'
  | 'namespaces'
  | 'file system'
  | 'hooks'
  | 'network'
  | 'life'
  | 'output'
  | 'resources'
  | 'emperor'
  | 'vassal defaults';

export interface Option {
  readonly scope: Scope;
  readonly group: Group;
  readonly type: TypeName;
  readonly aliases?: readonly string[];
  /** Of a vassal's: it may stand in the daemon's config too, and is then for every vassal. */
  readonly forAll?: true;
  /** May be given several times; of all others the last one counts. */
  readonly repeatable?: true;
  /** Least and greatest; of times in milliseconds. */
  readonly range?: readonly [number, number];
  /** In words of the config; none: not set. */
  readonly default?: string;
  /** One line. */
  readonly help: string;
}

export const MOST = 2 ** 31 - 1;
