// What the lines of a config become on their way to settings.
import type { Whose } from '../tenant.ts';
import type { KeyLists } from './key-lists.ts';
import type { Entry } from './lines.ts';
import type { ConfigFile } from './magic.ts';

/** `placeholder`: never an option. `either`: an option where there is one of that name. */
export type Use = 'option' | 'placeholder' | 'either';

/** What `%(_)` stands for in a block: the value of a key, or a text, which may be one from outside that is not looked at again. */
export type Found =
  | { readonly key: string }
  | { readonly text: string; readonly from: 'config' | 'outside'; readonly whose: Whose };

/** A line, or what stands for one. */
export interface Line {
  readonly entry: Entry;
  readonly file: ConfigFile;
  /** Files that included one another to get here. */
  readonly chain: readonly string[];
  /** Taken as it is: a word of a command line, which a shell has expanded already. */
  readonly literal: boolean;
  readonly use: Use;
  /** By `inherit`: in its values there is magic alone. */
  readonly inherited: boolean;
  readonly found: Found | undefined;
  readonly whose: Whose;
}

/** A line whose turn it is to be a setting. */
export interface Item extends Omit<Line, 'chain'> {
  /** What relative paths in the value are relative to. */
  readonly base: string;
  /** Which keys were forbidden at this place. */
  readonly lists: KeyLists | undefined;
  /** With whose rights files are read that the value names, where that does not show in the value. */
  readonly reader?: Whose;
}
