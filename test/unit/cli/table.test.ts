import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cut, shown, widthOf } from '../../../src/cli/cells.ts';
import { styleOf } from '../../../src/cli/style.ts';
import { type Cell, type Column, renderTable } from '../../../src/cli/table.ts';

const ESCAPES = /\u001b\[[\d;]*m/g;
const FAMILY = '👨‍👩‍👧';
const PLAIN = styleOf({ isTTY: false }, {}, 'never');
const COLORED = styleOf({ isTTY: true }, {}, 'always');

describe('cells', () => {
  test.each([
    ['web', 3],
    ['', 0],
    ['日本', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['🚀', 2],
    [FAMILY, 2],
    ['❤️', 2],
    ['한글', 4],
    ['ｗｅｂ', 6],
    ['…●↻×○', 5],
    ['a\u200bb', 2],
  ])('the width of %s is %i', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  test.each([
    ['hello', 5, 'hello'],
    ['hello', 4, 'hel…'],
    ['hello', 1, '…'],
    ['hello', 0, ''],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    [`${FAMILY}${FAMILY}`, 3, `${FAMILY}…`],
    [`${FAMILY}${FAMILY}`, 2, '…'],
  ])('%s in %i cells', (text, width, expected) => {
    expect(cut(text, width)).toBe(expected);
  });

  test('what is cut never takes more cells than there are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
        expect(widthOf(cut(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  test('what is not looked at closely is as wide as if it were', () => {
    const chars = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));
    const printed = chars.filter((char) => !/[\p{C}\p{M}\p{Z}]/u.test(char));
    // A mark on top has it looked at.
    for (const char of printed)
      expect([char, widthOf(`${char}${char}`)]).toEqual([char, widthOf(`${char}${char}\u0301`)]);
  });

  test('nothing that is shown moves the cursor or turns the line', () => {
    expect(shown('a\u001b[31mb\nc\td\u009b2J\u202ee\u2028f\u200f')).toBe(
      'a\\x1b[31mb\\nc d\\x9b2J\\u202ee\\u2028f\ufffd',
    );
    expect(shown('näme 🚀')).toBe('näme 🚀');
  });
});

describe('tables', () => {
  const columns: Column[] = [
    { title: '' },
    { title: 'NAME', leastEver: 4 },
    { title: 'SAYS', least: 6, leastEver: 2 },
    { title: 'PID', dispensable: 1 },
    { title: 'CPU', dispensable: 2 },
  ];
  const rows: Cell[][] = [
    [
      { text: '●', kind: 'good' },
      { text: 'web' },
      { text: 'a long story', kind: 'good' },
      { text: '12' },
      { text: '1 s' },
    ],
    [{ text: '×', kind: 'bad' }, { text: '日本' }, { text: 'short' }, { text: '-' }, { text: '-' }],
  ];
  const render = (width?: number, style = PLAIN) => renderTable(columns, rows, { style, width });

  test('without a limit all is there', () => {
    expect(render()).toBe(
      [
        '  NAME  SAYS          PID  CPU',
        '● web   a long story  12   1 s',
        '× 日本  short         -    -',
        '',
      ].join('\n'),
    );
  });

  test('what can shrink does first', () => {
    expect(render(26)).toBe(
      ['  NAME  SAYS      PID  CPU', '● web   a long …  12   1 s', '× 日本  short     -    -', ''].join('\n'),
    );
  });

  test('then what can be missed goes, the least needed first', () => {
    expect(render(20).split('\n')[0]).toBe('  NAME  SAYS     PID');
    expect(render(16).split('\n')[0]).toBe('  NAME  SAYS');
    expect(render(10)).toBe(['  NAME  S…', '● web   a…', '× 日本  s…', ''].join('\n'));
  });

  test('colour changes neither the layout nor is it cut', () => {
    for (let width = 1; width < 40; width++) {
      const colored = render(width, COLORED);
      expect(colored.replace(ESCAPES, '')).toBe(render(width));
      expect(colored.replace(ESCAPES, '')).not.toContain('\u001b');
    }
    expect(render(undefined, COLORED)).toContain('\u001b[32ma long story\u001b[0m');
  });

  test('no line is longer than the terminal is wide', () => {
    const text = fc.string({ unit: 'grapheme' }).map((each) => shown(each));
    const row = fc.tuple(text, text, text, text, text);
    fc.assert(
      fc.property(fc.array(row), fc.integer({ min: 30, max: 100 }), (texts, width) => {
        const cells = texts.map((each) => each.map((one, index) => ({ text: index === 0 ? '●' : one })));
        const table = renderTable(
          columns.map((column) => ({ ...column, leastEver: 1 })),
          cells,
          { style: PLAIN, width },
        );
        for (const line of table.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
