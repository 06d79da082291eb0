import { describe, expect, test } from 'vitest';
import { scanLines } from '../../../src/config/dialect/lines.ts';
import { Problems } from '../../../src/config/problems/problems.ts';
import { shown, WEB } from './helpers.ts';

function scan(text: string) {
  const problems = new Problems();
  const { entries, sections } = scanLines(text, WEB, problems);
  return { entries, sections, problems: shown(problems.sorted(WEB)) };
}

const pairs = (text: string) => scan(text).entries.map(({ key, value }) => [key, value]);

describe('what a line says', () => {
  test('the first `=` splits; blanks around key and value go, those inside stay', () => {
    expect(pairs('[v]\n  a  =  b = c  d\t\n')).toEqual([['a', 'b = c  d']]);
  });

  test('quotes, `;` and `#` are part of a value; comments are whole lines', () => {
    expect(pairs('[v]\n; a = 1\n\t# b = 2\nc = "x" ; y # z\n')).toEqual([['c', '"x" ; y # z']]);
  });

  test('order and repeats are kept; a section may come again', () => {
    expect(pairs('[v]\nk = 1\nk = 2\n[w]\nk = 3\n[v]\nk = 4\n').map(([, value]) => value)).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
  });

  test('`_` is `-` in keys, but they are shown as written', () => {
    expect(scan('[v]\nstop_signal = TERM').entries[0]).toMatchObject({
      key: 'stop-signal',
      written: 'stop_signal',
    });
  });

  test('without `=` a line is bare; with one, its value is empty', () => {
    expect(scan('[v]\na\nb =\n= c').entries).toMatchObject([
      { key: 'a', value: '', bare: true },
      { key: 'b', value: '', bare: false },
      { key: '', value: 'c', bare: false },
    ]);
  });

  test('a backslash at the end continues nothing', () => {
    expect(pairs('[v]\na = b\\\nc = d')).toEqual([
      ['a', 'b\\'],
      ['c', 'd'],
    ]);
  });

  test('a section name is everything between the brackets', () => {
    expect(scan('[ x ]\n[a[b]c]\n[]').sections.map(({ name }) => name)).toEqual([' x ', 'a[b]c', '']);
  });

  test('no-break spaces are no blanks', () => {
    expect(pairs('[v]\na = \u00a0b\u00a0')).toEqual([['a', '\u00a0b\u00a0']]);
  });
});

describe('positions', () => {
  test('count code points, from 1', () => {
    expect(scan('[v]\n\t😀k = é😀').entries[0]).toMatchObject({
      at: { file: WEB, line: 2, column: 2 },
      valueColumn: 7,
    });
    expect(scan('[v]\na = 😀 x\u0007').problems).toEqual([
      '2:8-9 control-character: control character U+0007',
    ]);
  });

  test('a BOM and carriage returns are not seen', () => {
    const { entries, sections, problems } = scan('\ufeff[v]\r\nk = v\r\n');
    expect(problems).toEqual([]);
    expect(sections).toEqual([{ name: 'v', at: { file: WEB, line: 1, column: 1 }, source: '[v]' }]);
    expect(entries[0]).toMatchObject({ value: 'v', at: { line: 2, column: 1 }, source: 'k = v' });
  });

  test('a carriage return inside of a line is no end of it', () => {
    expect(scan('[v]\na = b\rc = d').problems).toEqual(['2:6-7 control-character: control character U+000D']);
  });

  test('a file may end without a newline', () => {
    expect(scan('[v]\nk = v').entries).toHaveLength(1);
  });
});

describe('what is no text', () => {
  test('a NUL anywhere: not a text file, and nothing of it counts', () => {
    const { entries, problems } = scan('[v]\nk = v\n; \0');
    expect(entries).toEqual([]);
    expect(problems).toEqual(['1:1 not-text: this is not a text file: it holds a NUL byte']);
  });

  test.each([
    ['\u0001', 'control character U+0001'],
    ['\u000b', 'control character U+000B'],
    ['\u001b[2J', 'control character U+001B'],
    ['\u007f', 'control character U+007F'],
    ['\u0085', 'control character U+0085'],
    ['\u2028', 'control character U+2028'],
    ['\ufffd', 'this line is not UTF-8'],
  ])('%j is refused in a line, not in a comment', (text, message) => {
    expect(scan(`[v]\nk = x${text}y`).problems).toEqual([expect.stringContaining(message)]);
    expect(scan(`[v]\n${text}x = y`).problems).toEqual([
      expect.stringContaining(`2:1-2 control-character: ${message}`),
    ]);
    expect(scan(`[v]\n; ${text}`).problems).toEqual([]);
  });
});

describe('sections', () => {
  test('what stands before the first one is told once', () => {
    expect(scan('a = 1\nb = 2\n[v]\nc = 3')).toMatchObject({
      entries: [{ key: 'c' }],
      problems: ['1:1 no-section: this line stands before the first [section]'],
    });
  });

  test('nothing may follow `]`, and it may not be missing; the lines below are nobody’s', () => {
    const { entries, problems } = scan('[v]\na = 1\n[w] ; x\nb = 2\n[z\nc = 3\n[');
    expect(entries.map(({ key }) => key)).toEqual(['a']);
    expect(problems).toEqual([
      '3:1-8 bad-section: nothing may follow `]`: comments are lines of their own',
      '5:1-3 bad-section: `]` is missing at the end of the section line',
      '7:1-2 bad-section: `]` is missing at the end of the section line',
    ]);
  });
});
