// Where the dialect is not uWSGI's by choice: the rows of the table in docs/dialect.md, each with a config that shows it.
import type { Case } from './dialect-corpus.ts';

export interface Difference {
  /** First cell of its row. */
  readonly rule: string;
  /** Below `[uwsgi]` and `n = 7`; a whole file where it begins with something else. */
  readonly lines: readonly string[];
  /** The settings but for `n`; undefined: refused. */
  readonly uwsgi: readonly string[] | undefined;
  readonly ours: readonly string[] | undefined;
  readonly files?: Case;
  /** What is printed, where that is where they differ. */
  readonly said?: { readonly uwsgi: readonly string[]; readonly ours: readonly string[] };
}

const LONG = 'x'.repeat(1500);

export const DIFFERENCES: readonly Difference[] = [
  { rule: '`%z`, `100% x`', lines: ['a = 100% x %z|'], uwsgi: ['a = 100x |'], ours: undefined },
  {
    rule: '`50%` at the end of a line',
    lines: ['a = 50%', 'b = 1'],
    uwsgi: ['a = 50b = 1'],
    ours: ['a = 50%', 'b = 1'],
  },
  { rule: '`%%(key)`', lines: ['a = %%(n)'], uwsgi: ['a = 7'], ours: ['a = %(n)'] },
  { rule: '`%x`', lines: ['a = <%x>'], uwsgi: ['a = <>'], ours: ['a = <uwsgi>'] },
  { rule: '`%b`', lines: ['a = %b'], uwsgi: ['a = /usr/bin/uwsgi-core'], ours: undefined },
  { rule: 'Magic beside blanks', lines: ['a = x %9'], uwsgi: ['a = x'], ours: ['a = x '] },
  {
    rule: '`%(key)` that is nowhere set',
    lines: ['a = %(nope)', 'b = %(n + nope)'],
    uwsgi: ['a = %(nope)', 'b = 7'],
    ours: undefined,
  },
  {
    rule: '`%(key)` of lines further down',
    lines: ['a = %(b)', 'b = %(c)', 'c = 1'],
    uwsgi: ['a = %(c)', 'b = 1', 'c = 1'],
    ours: ['a = 1', 'b = 1', 'c = 1'],
  },
  {
    rule: '`%(key)` of an inherited line',
    lines: ['a = %(h)', 'inherit = h.ini'],
    files: { 'h.ini': '[uwsgi]\nh = 5' },
    uwsgi: ['a = %(h)', 'h = 5'],
    ours: ['a = 5', 'h = 5'],
  },
  {
    rule: '`%(a-%(b))`',
    lines: ['k-7 = 1', 'a = %(k-%(n))'],
    uwsgi: ['k-7 = 1', 'a = %(k-7)'],
    ours: ['k-7 = 1', 'a = 1'],
  },
  {
    rule: '`-` and `_`',
    lines: ['a_b = 1', 'c = %(a-b)'],
    uwsgi: ['a-b = 1', 'c = %(a-b)'],
    ours: ['a-b = 1', 'c = 1'],
  },
  { rule: '`%(n + -2)`', lines: ['a = %(n + -2)'], uwsgi: ['a = 7'], ours: ['a = 5'] },
  {
    rule: 'Numbers beyond 2⁵³',
    lines: ['a = %(9223372036854775807 + 1)'],
    uwsgi: ['a = -9223372036854775808'],
    ours: undefined,
  },
  {
    rule: 'What comes out',
    lines: ['a = .@(ref)'],
    files: { ref: '%(n)' },
    uwsgi: ['a = .7'],
    ours: ['a = .%(n)'],
  },
  {
    rule: '`$(NAME:-x)`, `$(NAME-x)`',
    lines: ['a = $(NOPE:-x)', 'b = $(NOPE-y)'],
    uwsgi: ['a = $(NOPE:-x)', 'b = $(NOPE-y)'],
    ours: ['a = x', 'b = y'],
  },
  { rule: '`@()`', lines: ['a = @()'], uwsgi: ['a = @()'], ours: undefined },
  { rule: '`exec://` and its like', lines: ['a = @(exec://echo hi)'], uwsgi: ['a = hi'], ours: undefined },
  {
    rule: '`include` of any name',
    lines: ['include = part.inc'],
    files: { 'part.inc': '[uwsgi]\na = 1' },
    uwsgi: undefined,
    ours: ['a = 1'],
  },
  {
    rule: '`include = FILE:SECTION`',
    lines: ['include = part.ini:s'],
    files: { 'part.ini': '[s]\na = 1' },
    uwsgi: undefined,
    ours: ['a = 1'],
  },
  {
    rule: '`include` from another directory',
    lines: ['include = d/one.ini'],
    files: { 'd/one.ini': '[uwsgi]\ninclude = two.ini', 'd/two.ini': '[uwsgi]\na = 1' },
    uwsgi: undefined,
    ours: ['a = 1'],
  },
  {
    rule: '`$(NAME)` in names of files',
    lines: ['include = p$(NUMBER).ini', 'if-exists = $(HOME)', 'b = 2', 'end'],
    files: { 'p4.ini': '[uwsgi]\na = 1' },
    uwsgi: undefined,
    ours: ['a = 1', 'b = 2'],
  },
  {
    rule: '`set = key = x`',
    lines: ['set = a = 1', 'b = %(a)'],
    uwsgi: ['a  =  1', 'b = %(a)'],
    ours: ['a = 1', 'b = 1'],
  },
  {
    rule: '`else`',
    lines: ['if-env = FOO', 'a = 1', 'else', 'b = 2', 'end'],
    uwsgi: ['a = 1', 'b = 2'],
    ours: ['a = 1'],
  },
  {
    rule: 'A block without an end',
    lines: ['include = open.ini', 'a = 1', 'end'],
    files: { 'open.ini': '[uwsgi]\nif-env = FOO\nx = 1' },
    uwsgi: ['x = 1', 'a = 1'],
    ours: undefined,
  },
  {
    rule: 'A block in a branch that does not count',
    lines: ['if-env = NOPE', 'for = a', 'b = 1', 'end', 'c = 1', 'end'],
    uwsgi: ['c = 1'],
    ours: undefined,
  },
  { rule: '`for` and `if-…` without a value', lines: ['for =', 'a = 1', 'end'], uwsgi: [], ours: undefined },
  { rule: '`for-times = x`', lines: ['for-times = x', 'a = 1', 'end'], uwsgi: [], ours: undefined },
  { rule: 'More than 100 000 lines', lines: ['for-times = 100001', 'end'], uwsgi: [], ours: undefined },
  {
    rule: '`for-readline` of no file',
    lines: ['for-readline = none', 'a = 1', 'end'],
    uwsgi: [],
    ours: undefined,
  },
  {
    rule: 'Long lines in `for-readline`',
    lines: ['for-readline = long', 'a = %(_)', 'end'],
    files: { long: LONG },
    uwsgi: [`a = ${LONG.slice(0, 1023)}`, `a = ${LONG.slice(1023)}`],
    ours: [`a = ${LONG}`],
  },
  {
    rule: '`%(_)` from outside',
    lines: ['for-readline = list', 'a = %(_)', 'end'],
    files: { list: '.%(n)' },
    uwsgi: ['a = .7'],
    ours: ['a = .%(n)'],
  },
  {
    rule: '`%(_ + 1)`',
    lines: ['for-times = 2', 'a = %(_ + 1)', 'end'],
    uwsgi: ['a = 1', 'a = 1'],
    ours: ['a = 2', 'a = 3'],
  },
  {
    rule: '`if-hostname-match`',
    lines: ['if-hostname-match = (a+)+$', 'a = 1', 'end'],
    uwsgi: [],
    ours: undefined,
  },
  {
    rule: 'Placeholders in macros',
    lines: ['declare-option = m=print=$1', 'm = %(n)'],
    uwsgi: ['m = %(n)'],
    ours: [],
    said: { uwsgi: ['%(n)'], ours: ['7'] },
  },
  {
    rule: 'Too few words for a macro',
    lines: ['declare-option = m=print=$1 $2', 'm = a'],
    uwsgi: ['m = a'],
    ours: undefined,
  },
  {
    rule: 'A macro with the name of an option',
    lines: ['declare-option = uid=print=$1'],
    uwsgi: [],
    ours: undefined,
  },
  {
    rule: 'Who may end a list',
    lines: ['blacklist = x', 'include = t.ini'],
    files: { 't.ini': '[uwsgi]\nend-blacklist\nx = 1' },
    uwsgi: ['x = 1'],
    ours: undefined,
  },
  {
    rule: 'Aliases in lists',
    lines: ['blacklist = reload-mercy', 'stop-timeout = 5'],
    uwsgi: ['stop-timeout = 5'],
    ours: undefined,
  },
  {
    rule: 'Lines before the first section',
    lines: ['x = 1', '[uwsgi]', 'a = 1'],
    uwsgi: ['a = 1'],
    ours: undefined,
  },
  {
    rule: '`[section] x`',
    lines: ['[uwsgi] x', 'a = 1', '[uwsgi]', 'b = 1'],
    uwsgi: ['b = 1'],
    ours: undefined,
  },
  {
    rule: 'A byte order mark',
    lines: ['\ufeff[uwsgi]', 'a = 1', '[uwsgi]', 'b = 1'],
    uwsgi: ['b = 1'],
    ours: ['a = 1', 'b = 1'],
  },
  { rule: 'Control characters', lines: ['a = x\u0001y'], uwsgi: ['a = x\u0001y'], ours: undefined },
];

/** A whole file: one that does not begin with `[uwsgi]`. */
const WHOLE = ['Lines before the first section', '`[section] x`', 'A byte order mark'];

export function caseOf({ rule, lines, files }: Difference): Case {
  const head = WHOLE.includes(rule) ? [] : ['[uwsgi]', 'n = 7'];
  return { ...files, 'app.ini': [...head, ...lines].join('\n') };
}
