// What a line can know while lines are still being read: magic, and in the names of files the environment. The keys are not
// known yet, so there is no `%(key)` here but for the `%(_)` of a block.
import { optionOf } from '../options.ts';
import { Bad } from '../problems/bad.ts';
import { reportBad } from '../problems/report.ts';
import { mayAsk, type Whose } from '../tenant.ts';
import type { Asked } from './asked.ts';
import { type Expansions, expand, needsExpansion } from './expand.ts';
import type { Found, Item, Line } from './item.ts';
import { type Entry, normalKey } from './lines.ts';
import type { LogicContext } from './logic.ts';
import { type ConfigFile, magic } from './magic.ts';
import type { SourceOptions } from './sources.ts';
import { baseOf, variable } from './targets.ts';
import { isOwnFile, readerOf, whoseMagic } from './whose.ts';

/** Of conditions on the host name in one config. */
const MOST_MATCHES = 100;

export class Early {
  readonly #options: SourceOptions;
  readonly #asked: Asked;
  /** Grows. */
  readonly #items: readonly Item[];
  readonly #first = new Map<string, Item>();
  #indexed = 0;
  #matches = 0;
  #baseOf = { file: '', base: '' };

  constructor(options: SourceOptions, asked: Asked, items: readonly Item[]) {
    this.#options = options;
    this.#asked = asked;
    this.#items = items;
  }

  /** The same file comes many times in a row. */
  base(file: string): string {
    if (this.#baseOf.file !== file) this.#baseOf = { file, base: baseOf(file, this.#options.host) };
    return this.#baseOf.base;
  }

  /** The name of a file. */
  name({ entry, file, literal, found, whose }: Line): string | Bad {
    if (literal) return entry.value;
    const plain = this.#plain(file, whose);
    if (found === undefined) return expand(entry.value, plain);
    const by = (each: Whose) => this.#plain(file, each);
    return expand(entry.value, {
      ...plain,
      key: (name) => (name === '_' ? this.#found(found, by) : plain.key?.(name)),
    });
  }

  /** With whose rights the file is read that the line names. */
  reader({ entry, literal, whose }: Pick<Line, 'entry' | 'literal' | 'whose'>): Whose {
    return literal ? whose : readerOf(this.#options.host, whose, entry.value);
  }

  /** The value with magic alone. */
  text({ entry, file, literal }: Pick<Line, 'entry' | 'file' | 'literal'>): string | Bad {
    if (literal || !needsExpansion(entry.value)) return entry.value;
    return expand(entry.value, this.#magic(file));
  }

  /** `entry` with the magic in its key. */
  named(entry: Entry, file: ConfigFile): Entry {
    const written = expand(entry.written, this.#magic(file));
    if (typeof written === 'string') return { ...entry, key: normalKey(written) };
    reportBad(
      this.#options.problems,
      { ...entry, value: entry.written, valueColumn: entry.at.column },
      written,
      true,
    );
    return { ...entry, unfit: true };
  }

  context(line: Line): LogicContext {
    const { host, top } = this.#options;
    const { entry, file, whose } = line;
    return {
      host,
      asked: this.#asked,
      whose: whoseMagic(host, whose, entry.value, isOwnFile(file, top)),
      reader: this.reader(line),
      base: this.base(entry.at.file),
      text: this.text(line),
      path: () => this.name(line),
      given: (key) => this.#given(key),
      match: () => ++this.#matches <= MOST_MATCHES,
    };
  }

  #plain(file: ConfigFile, whose: Whose): Expansions {
    const { host } = this.#options;
    return {
      ...this.#magic(file),
      key: () => new Bad('files are read before the keys are known: no `%(…)` here'),
      env: (name) => (mayAsk(whose, name) ? variable(host, name) : undefined),
      file: () => new Bad('no `@(…)` here'),
    };
  }

  #magic(file: ConfigFile): Expansions {
    const { host, top, directory } = this.#options;
    const asked = this.#asked;
    return { magic: (letter) => magic(letter, { file, top, directory, host, asked }) };
  }

  #given(key: string): string | undefined {
    const item = this.#firstOf(normalKey(key));
    if (item === undefined) return undefined;
    const { found } = item;
    if (found === undefined || item.literal) return textOf(this.text(item));
    return textOf(
      expand(item.entry.value, {
        ...this.#magic(item.file),
        key: (name) => (name === '_' ? this.#found(found, () => this.#magic(item.file)) : `%(${name})`),
      }),
    );
  }

  #firstOf(key: string): Item | undefined {
    const { scope } = this.#options;
    for (; this.#indexed < this.#items.length; this.#indexed++) {
      const item = this.#items[this.#indexed];
      if (item === undefined) continue;
      const name = optionOf(item.entry.key, scope) ?? item.entry.key;
      if (!this.#first.has(item.entry.key)) this.#first.set(item.entry.key, item);
      if (!this.#first.has(name)) this.#first.set(name, item);
    }
    return this.#first.get(key);
  }

  #found(found: Found, by: (whose: Whose) => Expansions): string | Bad | undefined {
    if ('key' in found) return this.#given(found.key);
    return found.from === 'config' ? expand(found.text, by(found.whose)) : found.text;
  }
}

function textOf(value: string | Bad): string | undefined {
  return value instanceof Bad ? undefined : value;
}
