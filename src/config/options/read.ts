// Settings → typed values by the options table; keys that are no option are reported here.

import { normalKey } from '../dialect/lines.ts';
import { missingEquals } from '../dialect/missing-equals.ts';
import type { Setting } from '../dialect/settings.ts';
import type { Item } from '../dialect/sources.ts';
import { trimBlanks } from '../dialect/text.ts';
import { unquote } from '../dialect/unquote.ts';
import type { HostFacts } from '../host.ts';
import {
  type Group,
  keysOf,
  OPTIONS,
  type Option,
  type OptionName,
  optionOf,
  type Scope,
} from '../options.ts';
import { COMMAND_LINE, type Located, type Origin } from '../origin.ts';
import { Bad } from '../problems/bad.ts';
import { nearest } from '../problems/nearest.ts';
import type { Problems } from '../problems/problems.ts';
import { keySpan, reportBad, valueSpan } from '../problems/report.ts';
import type { ReadContext } from '../readers.ts';
import { originFor } from '../tenant.ts';
import { BARE_IS_FINE, EMPTY_IS_FINE, QUOTES_ARE_FINE, TYPES, type ValueOf } from '../values.ts';
import { answerText, answerTo } from './answers.ts';
import { foreignKey } from './foreign.ts';

/** A value that was read, with what it takes to complain about it later. */
export interface Given<T> {
  readonly value: T;
  readonly at: Origin;
  readonly item: Item;
  /** Place among all settings: later ones win. */
  readonly index: number;
}

type OptionValue<N extends OptionName> = ValueOf<(typeof OPTIONS)[N]['type']>;
type Reader = (text: string, context: ReadContext) => unknown;

const NOTHING: readonly never[] = [];

export class Values {
  readonly #host: HostFacts;
  readonly #given = new Map<OptionName, Given<unknown>[]>();
  readonly #bad = new Set<OptionName>();
  /** Groups that anything was said of, be it good or bad. */
  readonly #groups = new Set<Group>();

  constructor(host: HostFacts) {
    this.#host = host;
  }

  set(name: OptionName, given: Given<unknown>): void {
    this.#groups.add(OPTIONS[name].group);
    const list = this.#given.get(name);
    if (list) list.push(given);
    else this.#given.set(name, [given]);
  }

  spoil(name: OptionName): void {
    this.#groups.add(OPTIONS[name].group);
    this.#bad.add(name);
  }

  /** Most vassals have nothing of most groups, and then nothing is to be looked for there. */
  mentions(group: Group): boolean {
    return this.#groups.has(group);
  }

  /** Was it given in a way that cannot be read? Then what else depends on it is not to be complained about. */
  isBad(...names: readonly OptionName[]): boolean {
    return this.#bad.size > 0 && names.some((name) => this.#bad.has(name));
  }

  all<N extends OptionName>(name: N): readonly Given<OptionValue<N>>[] {
    return (this.#given.get(name) ?? NOTHING) as readonly Given<OptionValue<N>>[];
  }

  last<N extends OptionName>(name: N): Given<OptionValue<N>> | undefined {
    return this.all(name).at(-1);
  }

  /** Every option that anything good was said of. */
  entries(): Iterable<readonly [OptionName, readonly Given<unknown>[]]> {
    return this.#given;
  }

  /** The value that counts and its line, as plain data. */
  located<N extends OptionName>(name: N): Located<OptionValue<N>> | undefined {
    const given = this.last(name);
    return given && { value: given.value, at: given.at };
  }

  /** All of them, in the order of their lines. */
  allLocated<N extends OptionName>(name: N): readonly Located<OptionValue<N>>[] {
    const all = this.all(name);
    return all.length === 0 ? NOTHING : all.map(({ value, at }) => ({ value, at }));
  }

  /** For options whose default in the table is a value: that counts where the config has none. */
  value<N extends OptionName>(name: N): OptionValue<N> {
    const given = this.last(name);
    return given ? given.value : (defaultOf(name, this.#host) as OptionValue<N>);
  }
}

const DEFAULTS = new Map<OptionName, unknown>();

/** No default depends on the machine. */
function defaultOf(name: OptionName, host: HostFacts): unknown {
  if (DEFAULTS.has(name)) return DEFAULTS.get(name);
  const option: Option = OPTIONS[name];
  const read = TYPES[option.type].read as Reader;
  const value = read(option.default ?? '', { host, base: '/', range: option.range, name });
  DEFAULTS.set(name, value);
  return value;
}

export interface ReadOptions {
  readonly scope: Scope;
  readonly host: HostFacts;
  readonly problems: Problems;
  /** Keys that some `%(…)` refers to: they may be no options. */
  readonly referred: ReadonlySet<string>;
}

export function readOptions(settings: readonly Setting[], options: ReadOptions): Values {
  const values = new Values(options.host);
  const latest = new Map<OptionName, Item>();
  let index = -1;
  for (const { item, value: text, whose } of settings) {
    index++;
    const name = optionOf(item.entry.key, options.scope);
    if (name === undefined || item.use === 'placeholder') {
      if (name !== undefined) reportTaken(item, options.problems);
      else if (item.use === 'option' && !item.entry.unfit) reportUnknown(item, options, values);
      continue;
    }
    const former = latest.get(name);
    if (former && !isRepeatable(name)) warnOfRepeat(former, item, options.problems);
    latest.set(name, item);
    const value = text === undefined ? undefined : readOne(name, text, item, options.host);
    if (text === undefined || value instanceof Bad) values.spoil(name);
    else values.set(name, { value, at: originFor(item.entry.at, whose), item, index });
    if (value instanceof Bad) reportBad(options.problems, item.entry, value, text === item.entry.value);
  }
  return values;
}

function readOne(name: OptionName, text: string, item: Item, host: HostFacts): unknown {
  const value = readText(name, text, item, host);
  if (!(value instanceof Bad) || item.literal) return value;
  return commentIn(text, (rest) => !(readText(name, rest, item, host) instanceof Bad)) ?? value;
}

/** Undefined: nothing in `text` looks like a comment without which it would be fine. */
function commentIn(text: string, isFine: (rest: string) => boolean): Bad | undefined {
  const blank = text.search(/[ \t][;#]/);
  const rest = trimBlanks(text.slice(0, Math.max(0, blank)));
  if (rest === '' || !isFine(rest)) return undefined;
  const message = 'this is part of the value: comments are lines of their own';
  return new Bad(message, { suggestion: rest, from: blank + 1, to: text.length });
}

function readText(name: OptionName, text: string, { entry, base }: Item, host: HostFacts): unknown {
  const option: Option = OPTIONS[name];
  if (text === '' && (entry.bare ? !BARE_IS_FINE.has(option.type) : !EMPTY_IS_FINE.has(option.type))) {
    return new Bad(`\`${entry.written}\` needs a value`, { code: 'missing-value' });
  }
  const unquoted = QUOTES_ARE_FINE.has(option.type) ? undefined : unquote(text);
  if (unquoted !== undefined)
    return new Bad('quotes are part of a value here: leave them out', { suggestion: unquoted || undefined });
  const read: Reader = TYPES[option.type].read as Reader;
  return read(text, { host, base, range: option.range, name });
}

function isRepeatable(name: OptionName): boolean {
  const option: Option = OPTIONS[name];
  return option.repeatable === true;
}

/** As uWSGI: else the placeholder would be taken for the option by whoever reads the file. */
function reportTaken({ entry }: Item, problems: Problems): void {
  problems.error(
    'bad-placeholder',
    `\`${entry.written}\` is an option: it cannot be a placeholder`,
    keySpan(entry),
  );
}

/** In one and the same file a second value is most likely a mistake; overriding what another file said is not. */
function warnOfRepeat(former: Item, { entry }: Item, problems: Problems): void {
  if (former.entry.at.file !== entry.at.file || entry.at.file === COMMAND_LINE) return;
  // A block reads it again and again.
  if (former.entry.at.line === entry.at.line) return;
  problems.warning(
    'repeated-key',
    `line ${entry.at.line} has another \`${entry.written}\`: that one counts`,
    keySpan(former.entry),
  );
}

function reportUnknown({ entry }: Item, { scope, problems, referred }: ReadOptions, values: Values): void {
  const { key, written } = entry;
  if (key.startsWith('x-') || referred.has(key)) return;
  const span = keySpan(entry);
  const other = optionOf(key, scope === 'vassal' ? 'emperor' : 'vassal');
  if (other) {
    const owner =
      scope === 'vassal' ? "the daemon's own config" : 'a vassal (for all of them: `vassals-set`)';
    return problems.error('wrong-place', `\`${written}\` is an option of ${owner}`, span);
  }
  const answer = answerTo(key, scope);
  if (answer) {
    const message = `\`${written}\` ${answerText(answer)}`;
    if (answer.kind === 'needless') return problems.warning('needless', message, span);
    return problems.error('not-supported', message, span);
  }
  const meant = missingEquals(entry, keysOf(scope));
  if (meant) {
    // What a directive would have brought may have been the command.
    values.spoil(optionOf(normalKey(meant.key), scope) ?? 'command');
    return problems.error('bad-line', `\`=\` is missing after \`${meant.key}\``, span, meant.line);
  }
  if (key === '') return problems.error('bad-line', 'a key is missing before `=`', valueSpan(entry));
  const suggestion = problems.full ? undefined : (foreignOf(key, scope) ?? nearest(key, keysOf(scope)));
  problems.error(
    'unknown-key',
    `unknown key \`${written}\``,
    span,
    suggestion && sameStyle(written, suggestion),
  );
}

/** In a vassal. */
function foreignOf(key: string, scope: Scope): string | undefined {
  return scope === 'vassal' ? foreignKey(key.toLowerCase()) : undefined;
}

/** A key on a command line is suggested as a flag. */
function sameStyle(written: string, suggestion: string): string {
  return written.startsWith('--') ? `--${suggestion}` : suggestion;
}
