import { describe, expect, test } from 'vitest';
import { formatProblem, problemJson, sentence } from '../../../src/config/problems/format.ts';
import type { Problem } from '../../../src/config/problems/problem.ts';

const PROBLEM: Problem = {
  file: '/v/web.ini',
  line: 7,
  column: 7,
  endColumn: 10,
  severity: 'error',
  code: 'unknown-user',
  message: 'unknown user `nob`',
  source: 'uid = nob',
};

const format = (changes: Partial<Problem>, color = false) =>
  formatProblem({ ...PROBLEM, ...changes }, { color });

describe('for people', () => {
  test('place, text, the line, a caret line', () => {
    expect(format({})).toBe(
      ['/v/web.ini:7:7: error: unknown user `nob`', '  7 | uid = nob', '    |       ^^^'].join('\n'),
    );
  });

  test('a suggestion is part of the sentence', () => {
    expect(sentence({ message: 'unknown', suggestion: 'x' })).toBe('unknown; did you mean `x`?');
    expect(format({ severity: 'warning', suggestion: 'bob' })).toContain(
      ' warning: unknown user `nob`; did you mean `bob`?',
    );
  });

  test('without a line there is nothing below; long line numbers keep the bars in line', () => {
    const { source: _, ...bare } = PROBLEM;
    expect(formatProblem(bare, { color: false })).toBe('/v/web.ini:7:7: error: unknown user `nob`');
    expect(format({ line: 12_345 }).split('\n').slice(1)).toEqual(['12345 | uid = nob', '      |       ^^^']);
  });

  test('what was said on the command line has the number of its word', () => {
    expect(format({ file: '<command line>', line: 1, column: 4 })).toBe(
      'argument 4: error: unknown user `nob`',
    );
  });

  test('without an end one caret', () => {
    const { endColumn: _, ...open } = PROBLEM;
    expect(formatProblem(open, { color: false }).split('\n')[2]).toBe('    |       ^');
  });

  test('without an end a wide character is still marked whole', () => {
    const { endColumn: _, ...open } = PROBLEM;
    const text = formatProblem({ ...open, source: 'a日b', column: 2 }, { color: false });
    expect(text.split('\n')[2]).toBe('    |  ^^');
  });

  test('a caret behind the line, and one that would run over its end', () => {
    expect(format({ source: 'a', column: 2, endColumn: 3 }).split('\n')[2]).toBe('    |  ^');
    expect(format({ source: 'abc', column: 2, endColumn: 99 }).split('\n')[2]).toBe('    |  ^^');
    expect(format({ source: '', column: 1, endColumn: 1 }).split('\n')[2]).toBe('    | ^');
  });

  test('colour', () => {
    expect(format({}, true)).toContain('\u001b[1;31merror:\u001b[0m');
    expect(format({ severity: 'warning' }, true)).toContain('\u001b[1;33mwarning:\u001b[0m');
    expect(format({}, true)).toContain('\u001b[1;32m^^^\u001b[0m');
  });
});

describe('the caret stands below what it means', () => {
  test('a tab is shown as one blank', () => {
    expect(format({ source: '\tuid\t=\tnob', column: 8, endColumn: 11 }).split('\n').slice(1)).toEqual([
      '  7 |  uid = nob',
      '    |        ^^^',
    ]);
  });

  test('wide characters take two cells, combining marks none', () => {
    expect(format({ source: 'a = 日本 nob', column: 8, endColumn: 11 }).split('\n')[2]).toBe(
      '    |          ^^^',
    );
    expect(format({ source: 'a = 日本', column: 5, endColumn: 7 }).split('\n')[2]).toBe('    |     ^^^^');
    expect(format({ source: 'a = 😀nob', column: 6, endColumn: 9 }).split('\n')[2]).toBe('    |       ^^^');
    expect(format({ source: 'e\u0301 = nob', column: 6, endColumn: 9 }).split('\n')[2]).toBe('    |     ^^^');
  });

  test('a line of 120 is shown whole, wherever the column is', () => {
    const source = `${'a'.repeat(117)}BAD`;
    const [, text, caret] = format({ source, column: 118, endColumn: 121 }).split('\n');
    expect(text).toBe(`  7 | ${source}`);
    expect(caret).toBe(`    | ${' '.repeat(117)}^^^`);
  });

  test('of a long line only the part around it is shown', () => {
    const source = `${'a'.repeat(1000)}BAD${'z'.repeat(1000)}`;
    const [, text = '', caret = ''] = format({ source, column: 1001, endColumn: 1004 }).split('\n');
    expect(text.length).toBe('  7 | '.length + 120);
    expect(text.slice(caret.indexOf('^'), caret.indexOf('^') + 3)).toBe('BAD');
  });
});

test('nothing of a file moves the cursor', () => {
  const text = format({
    file: '/v/\u001b[2J.ini',
    message: 'bad \u0007\u202e',
    suggestion: 'a\nb',
    source: 'a = \u001b[31m',
  });
  expect(text.split('\n')).toHaveLength(3);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('for programs', () => {
  const { source: _, endColumn: __, ...bare } = PROBLEM;
  expect(problemJson(bare)).toEqual({
    file: '/v/web.ini',
    line: 7,
    column: 7,
    endColumn: 8,
    severity: 'error',
    code: 'unknown-user',
    message: 'unknown user `nob`',
    suggestion: null,
  });
});
