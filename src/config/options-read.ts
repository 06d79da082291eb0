// Settings → typed values by the options table; keys that are no option are reported here.
import { Bad } from './bad.ts';
import type { HostFacts } from './host.ts';
import { nearest } from './nearest.ts';
import { keysOf, OPTIONS, type Option, type OptionName, optionOf, type Scope } from './options.ts';
import type { Origin } from './origin.ts';
import type { Problems } from './problems.ts';
import { keySpan, reportBad, valueSpan } from './report.ts';
import type { Setting } from './settings.ts';
import { COMMAND_LINE, type Item } from './sources.ts';
import { unquote } from './unquote.ts';
import { notThereYet } from './uwsgi-options.ts';
import { EMPTY_IS_FINE, QUOTES_ARE_FINE, type ReadContext, TYPES, type ValueOf } from './values.ts';

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

export class Values {
  readonly #given = new Map<OptionName, Given<unknown>[]>();

  set(name: OptionName, given: Given<unknown>): void {
    const list = this.#given.get(name);
    if (list) list.push(given);
    else this.#given.set(name, [given]);
  }

  all<N extends OptionName>(name: N): readonly Given<OptionValue<N>>[] {
    return (this.#given.get(name) ?? []) as Given<OptionValue<N>>[];
  }

  last<N extends OptionName>(name: N): Given<OptionValue<N>> | undefined {
    return this.all(name).at(-1);
  }
}

export interface ReadOptions {
  readonly scope: Scope;
  readonly host: HostFacts;
  readonly problems: Problems;
  /** Keys that are no options but used: by a placeholder, or made by `set-placeholder`. */
  readonly free: (key: string) => boolean;
}

export function readOptions(settings: readonly Setting[], options: ReadOptions): Values {
  const values = new Values();
  const latest = new Map<OptionName, Item>();
  for (const [index, { item, value: text }] of settings.entries()) {
    const name = optionOf(item.entry.key, options.scope);
    if (name === undefined) {
      reportUnknown(item, options);
      continue;
    }
    const former = latest.get(name);
    if (former && !isRepeatable(name)) warnOfRepeat(former, item, options.problems);
    latest.set(name, item);
    if (text === undefined) continue;
    const value = readOne(name, text, item, options.host);
    if (value instanceof Bad) reportBad(options.problems, item.entry, value, text === item.entry.value);
    else values.set(name, { value, at: item.entry.at, item, index });
  }
  return values;
}

function readOne(name: OptionName, text: string, { entry, base }: Item, host: HostFacts): unknown {
  const option: Option = OPTIONS[name];
  if (text === '' && (entry.bare ? option.type !== 'flag' : !EMPTY_IS_FINE.has(option.type))) {
    return new Bad(`\`${entry.written}\` needs a value`, { code: 'missing-value' });
  }
  const unquoted = QUOTES_ARE_FINE.has(option.type) ? undefined : unquote(text);
  if (unquoted !== undefined)
    return new Bad('quotes are part of a value here: leave them out', { suggestion: unquoted });
  const read: Reader = TYPES[option.type].read as Reader;
  return read(text, { host, base, range: option.range, name });
}

function isRepeatable(name: OptionName): boolean {
  const option: Option = OPTIONS[name];
  return option.repeatable === true;
}

/** In one and the same file a second value is most likely a mistake; overriding what another file said is not. */
function warnOfRepeat(former: Item, { entry }: Item, problems: Problems): void {
  if (former.entry.at.file !== entry.at.file || entry.at.file === COMMAND_LINE) return;
  problems.warning(
    'repeated-key',
    `line ${entry.at.line} has another \`${entry.written}\`: that one counts`,
    keySpan(former.entry),
  );
}

function reportUnknown({ entry }: Item, { scope, problems, free }: ReadOptions): void {
  const { key, written } = entry;
  if (key.startsWith('x-') || free(key)) return;
  const span = keySpan(entry);
  const other = optionOf(key, scope === 'vassal' ? 'emperor' : 'vassal');
  if (other) {
    const owner =
      scope === 'vassal' ? "the daemon's own config" : 'a vassal (for all of them: `vassals-set`)';
    return problems.error('wrong-place', `\`${written}\` is an option of ${owner}`, span);
  }
  const later = notThereYet(key, scope);
  if (later) {
    const hint = later.nearest === null ? '' : `; the nearest is \`${later.nearest}\``;
    return problems.error('not-supported', `\`${written}\` is not there yet${hint}`, span);
  }
  if (key === '') return problems.error('bad-line', 'a key is missing before `=`', valueSpan(entry));
  const suggestion = nearest(key, keysOf(scope));
  problems.error(
    'unknown-key',
    `unknown key \`${written}\``,
    span,
    suggestion && sameStyle(written, suggestion),
  );
}

/** A key on a command line is suggested as a flag. */
function sameStyle(written: string, suggestion: string): string {
  return written.startsWith('--') ? `--${suggestion}` : suggestion;
}
