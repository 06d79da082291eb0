// What holds for any text whatever: it is read or refused, at once, with its faults where they are.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORBIDDEN } from '../../../src/config/dialect/text.ts';
import { parseEmperor } from '../../../src/config/emperor.ts';
import { keysOf } from '../../../src/config/options.ts';
import { formatProblem } from '../../../src/config/problems/format.ts';
import type { Problem } from '../../../src/config/problems/problem.ts';
import { ANNA, config, EMPEROR, host, parse, WEB } from './helpers.ts';

const RUNS = { numRuns: 3000 };
const SLOW_MS = 5000;

const PIECES = [
  ...[
    '%',
    '%%',
    '%n',
    '%(',
    '%(x-a)',
    '%(_)',
    '%[',
    '$1',
    '$(',
    '$(HOME)',
    '$(A:-',
    '@(',
    '@(/f)',
    ')',
    '(',
    '"',
    "'",
    '\\',
    '=',
    ':',
    ',',
  ],
  ...[
    '0',
    '1',
    '65536',
    '-1',
    'none',
    'fs',
    'user',
    'pid',
    'anna',
    'root',
    'TERM',
    'signal:',
    'file:',
    '/f',
    '1s',
    'K',
  ],
  ...[
    ' ',
    '\t',
    '\r',
    '\u0007',
    '\u2028',
    '\ufffd',
    '\ufeff',
    '😀',
    '日本',
    'e\u0301',
    '; x',
    '# x',
    '[',
    ']',
    '|',
    '&&',
  ],
];
const LOGIC = [
  ...[
    'for',
    'for-times',
    'for-glob',
    'for-readline',
    'if-env',
    'if-opt',
    'if-not-opt',
    'if-exists',
    'if-file',
    'else',
  ],
  ...[
    'if-hostname-match',
    'declare-option = x-m',
    'blacklist',
    'whitelist',
    'print',
    'include',
    'inherit',
    'x-m',
  ],
];
const KEYS = [
  ...keysOf('vassal'),
  ...keysOf('emperor'),
  ...['x-a', 'set-ph', 'hook-as-root', 'unshare', 'comand', '', '%n', '😀', 'set = uid', 'port'],
];
const SECTIONS = ['[vassal]', '[uwsgi]', '[emperor]', '[vasal]', '[x-a]', '[', '[]', '[s] ; t', '[vassal]\r'];

const value = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 6 })
  .map((parts) => parts.join(''));
const line = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(fc.constantFrom(...KEYS), value).map(([key, text]) => `${key} = ${text}`),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(...LOGIC), value).map(([key, text]) => `${key} = ${text}`),
  },
  { weight: 3, arbitrary: fc.constantFrom('end', 'endif', 'endfor', 'else', 'end-blacklist', 'if-reload') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...KEYS, ...SECTIONS, 'include = /f', 'include = :s', 'clone = user,pid,uts'),
  },
  { weight: 1, arbitrary: value },
);
/** Texts that get far: lines of our own keys with all kinds of values. */
const likely = fc.array(line, { maxLength: 20 }).map((lines) => ['[vassal]', ...lines].join('\n'));
const printable = fc.string({ unit: 'grapheme-ascii', maxLength: 300 });
const junk = fc.oneof(
  printable,
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(value).map((all) => all.join('\n')),
);
const text = fc.oneof({ weight: 3, arbitrary: likely }, { weight: 1, arbitrary: junk });

const facts = fc.constantFrom({}, ANNA);

function within(problem: Problem, file: string, whole: string): void {
  if (problem.file !== file) return;
  const source = (whole.startsWith('\ufeff') ? whole.slice(1) : whole).split('\n')[problem.line - 1];
  expect(source).toBeDefined();
  const width = [...(source ?? '')].length;
  expect(problem.column).toBeGreaterThanOrEqual(1);
  expect(problem.column).toBeLessThanOrEqual(width + 1);
  if (problem.endColumn !== undefined) {
    expect(problem.endColumn).toBeGreaterThanOrEqual(problem.column);
    expect(problem.endColumn).toBeLessThanOrEqual(width + 1);
  }
  if (problem.source !== undefined) expect(problem.source).toBe(source?.replace(/\r$/, ''));
}

describe('a vassal', () => {
  test('is read or refused, with reasons that are in the file and can be shown', () => {
    fc.assert(
      fc.property(text, text, facts, (main, included, some) => {
        const start = performance.now();
        const parsed = parse(main, { files: { '/f': included }, facts: some });
        expect(performance.now() - start).toBeLessThan(SLOW_MS);
        const errors = parsed.problems.filter(({ severity }) => severity === 'error');
        expect(parsed.config === undefined).toBe(errors.length > 0);
        for (const problem of parsed.problems) {
          within(problem, WEB, main);
          within(problem, '/f', included);
          expect(formatProblem(problem, { color: false })).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
        }
      }),
      RUNS,
    );
  });

  test('the same text gives the same', () => {
    fc.assert(
      fc.property(text, (main) => {
        expect(parse(main, { files: { '/f': main } })).toEqual(parse(main, { files: { '/f': main } }));
      }),
      { numRuns: 500 },
    );
  });

  test('what comes out of it can be handed to the kernel: no NUL anywhere', () => {
    fc.assert(
      fc.property(text, (main) => {
        const parsed = parse(main, { files: { '/f': main } });
        const seen =
          JSON.stringify(parsed.config, (_, each) => (each instanceof Map ? [...each] : each)) ?? '';
        expect(seen).not.toContain('\\u0000');
      }),
      { numRuns: 500 },
    );
  });
});

test('the daemon’s config: the same', () => {
  fc.assert(
    fc.property(text, text, (main, included) => {
      const whole = main.replace('[vassal]', '[emperor]');
      const parsed = parseEmperor({ path: EMPEROR, text: whole }, [], host({}, { '/f': included }));
      expect(parsed.config === undefined).toBe(parsed.problems.some(({ severity }) => severity === 'error'));
      for (const problem of parsed.problems) within(problem, EMPEROR, whole);
    }),
    { numRuns: 1000 },
  );
});

describe('what is written is what counts', () => {
  const oneLine = fc
    .string({ unit: 'binary', maxLength: 60 })
    .map((each) => each.replace(new RegExp(FORBIDDEN, 'g'), '').replace(/[ \t\r]+$/, ''))
    .filter((each) => !/\p{Cs}/u.test(each));

  test('every value of one line comes through unchanged', () => {
    fc.assert(
      fc.property(oneLine, (each) => {
        const escaped = each.replaceAll('%', '%%').replaceAll('@(', '@ (').replaceAll('$(', '$ (');
        const meant = each.replaceAll('@(', '@ (').replaceAll('$(', '$ (');
        expect(config([`env = A=${escaped}`]).env.get('A')?.value).toBe(meant);
      }),
      RUNS,
    );
  });

  test('every list of words comes through as the command', () => {
    fc.assert(
      fc.property(fc.array(oneLine, { minLength: 1, maxLength: 5 }), (words) => {
        const quoted = ['/bin/x', ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
        const escaped = quoted.replaceAll('%', '%%').replaceAll('@(', '@ (').replaceAll('$(', '$ (');
        const meant = words.map((word) => word.replaceAll('@(', '@ (').replaceAll('$(', '$ ('));
        expect(parse(`[vassal]\ncommand = ${escaped}`).config?.command.value).toEqual(['/bin/x', ...meant]);
      }),
    );
  });
});

describe('no text holds the daemon up', () => {
  const some = (part: string) => `[vassal]\n${part.repeat(Math.floor(200_000 / part.length))}`;
  const many = (part: string) => `[vassal]\n${part.repeat(Math.floor(1_000_000 / part.length))}`;

  test.each([
    ['unknown keys', many('comand=1\n')],
    ['bad values', many('uid = nobdy\n')],
    ['repeats', many('umask = 1\n')],
    ['groups', many('add-gid=9\n')],
    [
      'different groups',
      `[vassal]\nclone=user\n${Array.from({ length: 60_000 }, (_, i) => `add-gid=${i + 70_000}`).join('\n')}`,
    ],
    ['ranges', `[vassal]\nclone=user\nuid-map = ${'0:1:2,'.repeat(150_000)}`],
    ['namespaces', many('clone=fs\n')],
    ['loops', some('for-times=100000\nx-a=%(_)\nend\n')],
    ['long loops', some('for-times=9\n'.concat('x-a=%(_)%(_)%(_)\n'.repeat(1000)))],
    ['loops of includes', some('for-times=100000\ninclude=/f\ninherit=/f\nend\n')],
    [
      'loops of long words',
      `[vassal]\nfor=${'yyyyyyyyy '.repeat(10_000)}\n${'x-a=%(_)%(_)\n'.repeat(1000)}end`,
    ],
    ['conditions', some('if-opt=x-a=1\nx-a=1\nend\n')],
    ['patterns', some('if-hostname-match=.*.*.*y\nx-a=1\nend\n')],
    ['nested blocks', some('for=a\n')],
    ['ends', some('end\n')],
    ['macros', `[vassal]\n${'declare-option=x-m=x-m=$1;x-m=$1\n'.repeat(2000)}${'x-m=1\n'.repeat(10_000)}`],
    ['wide macros', `[vassal]\ndeclare-option=x-m=${'x-a=$1;'.repeat(10_000)}\n${'x-m=1\n'.repeat(10_000)}`],
    ['lists', some('blacklist=a b c d\nend-blacklist\n')],
    ['prints', some('print=%(x-a)\n')],
    ['includes', many('include=:vassal\n')],
    ['inherits', many('inherit=/f\n')],
    ['inherits by key', many('x-a=/f\ninherit=%(x-a)\n')],
    ['sections', many('[a]\n')],
    ['one long line', `[vassal]\nx-a = ${'y'.repeat(1_000_000)}`],
    ['blanks', `[vassal]\nx-a = ${' '.repeat(1_000_000)}.`],
    ['open parentheses', `[vassal]\nx-a = ${'%('.repeat(500_000)}`],
    ['open dollars', `[vassal]\nx-a = ${'$('.repeat(500_000)}`],
    ['nested defaults', `[vassal]\nx-a = ${'$(A:-'.repeat(200_000)}${')'.repeat(200_000)}`],
    ['sets of sets', `[vassal]\n${'set='.repeat(250_000)}`],
    ['quotes', `[vassal]\ncommand = ${`'"`.repeat(500_000)}`],
    ['backslashes', `[vassal]\ncommand = "${'\\'.repeat(1_000_000)}`],
    ['long values of long values', many(`x-a=%(x-b)c\n`).replace('\n', `\nx-b=${'z'.repeat(500_000)}\n`)],
  ])('%s', (_, main) => {
    const start = performance.now();
    const { problems } = parse(main, { files: { '/f': '[vassal]\nx-a=1' } });
    for (const problem of problems) formatProblem(problem, { color: true });
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
