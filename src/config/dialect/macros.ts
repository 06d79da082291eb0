// `declare-option = NAME=KEY=VALUE $1;KEY=VALUE $2`: a key of one's own that stands for others.
import { DIRECTIVES, optionOf, type Scope } from '../options.ts';
import { Bad } from '../problems/bad.ts';
import type { Problems } from '../problems/problems.ts';
import { reportBad, valueSpan } from '../problems/report.ts';
import type { Whose } from '../tenant.ts';
import type { Item } from './item.ts';
import { forbidden } from './key-lists.ts';
import { type Entry, normalKey } from './lines.ts';
import { settingEntry } from './setting-line.ts';

/** Only said, of all directives that which a macro may hold. */
export const PRINT: ReadonlySet<string> = new Set(['print', 'iprint']);

interface Piece {
  readonly key: string;
  /** Its value is that of the template, not filled in. */
  readonly template: Item;
  /** The same without `$1` to `$9`, which are no placeholders. */
  readonly bare: Item;
}
export interface Macro {
  readonly name: string;
  readonly pieces: readonly Piece[];
  /** Who declared it. */
  readonly whose: Whose;
}

export interface Made {
  readonly item: Item;
  readonly value: string | undefined;
  readonly whose: Whose;
}

type Declaring = Pick<MacroUse, 'problems' | 'scope'>;

export interface MacroUse {
  readonly macros: ReadonlyMap<string, Macro>;
  readonly scope: Scope;
  readonly problems: Problems;
  readonly budget: MacroBudget;
  resolved(item: Item): string | undefined;
  /** Of one that is resolved. */
  whoseOf(item: Item): Whose;
  /** With whose rights files are read that its value names. */
  readerOf(item: Item): Whose;
}

/** Of all macros of a config together, in characters. */
export interface MacroBudget {
  left: number;
}

export const MACRO_BUDGET = 16 * 1024 * 1024;
/** Of each line that is made, however short: a few lines that double one another are not to keep the daemon busy. */
const COST = 1024;
/** Macros in macros. */
const DEEPEST = 16;
const NUMBERED = /\$([1-9])/g;

/** `item` is the line that declares it. */
export function declare(macros: Map<string, Macro>, item: Item, { problems, scope }: Declaring): void {
  const { entry } = item;
  const macro = macroOf(item, scope);
  if (macro instanceof Bad) return reportBad(problems, entry, macro, false);
  const former = macros.get(macro.name);
  const span = valueSpan(entry);
  if (former === undefined) macros.set(macro.name, macro);
  // As in uWSGI the first one counts.
  else if (former.whose === macro.whose)
    problems.warning('repeated-key', `\`${macro.name}\` is declared already: that one counts`, span);
  else {
    // Whichever counts, the daemon's lines are not to mean what a tenant likes.
    const message = `\`${macro.name}\` is declared by a tenant and by the daemon's own config`;
    problems.error('not-for-tenants', message, span);
  }
}

function macroOf(item: Item, scope: Scope): Macro | Bad {
  const named = settingEntry(item.entry);
  if (named === undefined || named.value === '')
    return new Bad(`\`${item.entry.written}\` takes NAME=KEY=VALUE;…`);
  if (optionOf(named.key, scope) || Object.hasOwn(DIRECTIVES, named.key))
    return new Bad(`\`${named.written}\` is an option already`);
  const pieces: Piece[] = [];
  for (const entry of parted(named)) {
    const piece = settingEntry(entry);
    if (piece === undefined) return new Bad(`\`${entry.value.trim()}\` is not KEY=VALUE`);
    if (Object.hasOwn(DIRECTIVES, piece.key) && !PRINT.has(piece.key))
      return new Bad(`\`${piece.written}\` cannot be part of it: only options can`);
    const bare = { ...piece, value: piece.value.replace(NUMBERED, '') };
    pieces.push({ key: piece.written, template: { ...item, entry: piece }, bare: { ...item, entry: bare } });
  }
  return { name: named.key, pieces, whose: item.whose };
}

function parted(entry: Entry): Entry[] {
  const entries: Entry[] = [];
  let column = entry.valueColumn;
  for (const part of entry.value.split(';')) {
    if (part.trim() !== '') entries.push({ ...entry, value: part, valueColumn: column });
    column += [...part].length + 1;
  }
  return entries;
}

/** Of the line that uses a macro, and of the macros around it. */
interface User {
  readonly whose: Whose;
  readonly reader: Whose;
}

/** The settings that one use of a macro stands for. They are the daemon's only if all is that they are made of. */
export function filledIn(macro: Macro, item: Item, value: string, use: MacroUse): Made[] {
  const made: Made[] = [];
  const fill = (each: Macro, text: string, depth: number, user: User): Bad | undefined => {
    if (depth > DEEPEST) return new Bad(`more than ${DEEPEST} macros inside one another`);
    const words = text.split(' ').filter(Boolean);
    for (const { key, template, bare } of each.pieces) {
      const written = substituted(key, words, use.budget);
      if (written instanceof Bad) return written;
      const bad = item.lists && forbidden(item.lists, written, (name) => optionOf(name, use.scope) ?? name);
      if (bad) return bad;
      const raw = use.resolved(template);
      const filled = raw === undefined ? undefined : substituted(raw, words, use.budget);
      const whose = eitherOf(user.whose, use.whoseOf(template));
      const reader = eitherOf(user.reader, use.readerOf(bare));
      if (filled instanceof Bad) return filled;
      const inner = use.macros.get(normalKey(written));
      const fault =
        inner && filled !== undefined ? fill(inner, filled, depth + 1, { whose, reader }) : undefined;
      if (fault) return fault;
      if (!inner)
        made.push({ item: { ...pieceItem(item, written, filled), whose, reader }, value: filled, whose });
    }
    return undefined;
  };
  const fault = fill(macro, value, 1, { whose: use.whoseOf(item), reader: use.readerOf(item) });
  if (fault) reportBad(use.problems, item.entry, fault, false);
  return made;
}

function eitherOf(a: Whose, b: Whose): Whose {
  return a === 'tenant' ? a : b;
}

function pieceItem(item: Item, written: string, value: string | undefined): Item {
  const span = valueSpan(item.entry);
  const entry = { ...item.entry, key: normalKey(written), written, value: value ?? '', bare: false, span };
  return { ...item, entry };
}

function substituted(text: string, words: readonly string[], budget: MacroBudget): string | Bad {
  let lacking = 0;
  let length = text.length;
  for (const [, digit] of text.matchAll(NUMBERED)) {
    const word = words[Number(digit) - 1];
    // A macro with nothing behind it has an empty first word, as in uWSGI.
    if (word === undefined && !(digit === '1' && words.length === 0))
      lacking = Math.max(lacking, Number(digit));
    length += word?.length ?? 0;
  }
  if (lacking > 0) return new Bad(`this needs ${lacking} words, as its \`declare-option\` says`);
  budget.left -= length + COST;
  if (budget.left < 0)
    return new Bad('what macros make grows beyond 16 MiB, each line counted as 1 KiB at least');
  return text.replace(NUMBERED, (_, digit: string) => words[Number(digit) - 1] ?? '');
}
