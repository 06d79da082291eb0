import { expect, test } from 'vitest';
import { readEnvFile } from '../../../src/config/dialect/env-file.ts';
import { Problems } from '../../../src/config/problems/problems.ts';
import { shown } from './helpers.ts';

function read(text: string) {
  const problems = new Problems();
  const found = readEnvFile(text, '/env', problems);
  return {
    env: found.map(([name, { value }]) => [name, value]),
    found,
    problems: shown(problems.sorted('/env'), '/env'),
  };
}

test('NAME=VALUE; comments, empty lines, blanks, `export`, a BOM and carriage returns', () => {
  const { env, problems } = read('\ufeffA=1\r\n# x\n; y\n\n  export  B = two words \nC=\nD=a=b\n');
  expect(problems).toEqual([]);
  expect(env).toEqual([
    ['A', '1'],
    ['B', 'two words'],
    ['C', ''],
    ['D', 'a=b'],
  ]);
});

test('quotes around the value go; nothing is expanded', () => {
  expect(read(`A="a b"\nB='$HOME'\nC="x\\ny"\nD=a "b"\nE=%n $(HOME)`).env).toEqual([
    ['A', 'a b'],
    ['B', '$HOME'],
    ['C', 'x\ny'],
    ['D', 'a "b"'],
    ['E', '%n $(HOME)'],
  ]);
});

test('what is wrong has its place in that file, and the rest counts', () => {
  const { env, problems } = read('A=1\n  B\nC D=1\n=1\nE="\\u0000"\nF=\u0001\nG=1');
  expect(env).toEqual([
    ['A', '1'],
    ['G', '1'],
  ]);
  expect(problems).toEqual([
    '2:3-4 bad-env-file: this line is not NAME=VALUE',
    '3:1-6 bad-env-file: `C D` is not the name of an environment variable',
    '4:1-3 bad-env-file: `` is not the name of an environment variable',
    '5:1-11 bad-env-file: a value cannot hold a NUL',
    '6:1-4 bad-env-file: control characters, or not UTF-8',
  ]);
});

test('a faulty line is shown as it is, but for its carriage return', () => {
  const problems = new Problems();
  readEnvFile(' B  \r\n', '/env', problems);
  expect(problems.sorted('/env')).toMatchObject([{ column: 2, endColumn: 3, source: ' B  ' }]);
});

test('each value knows its line', () => {
  expect(read('\n\n  A=1').found[0]?.[1].at).toEqual({ file: '/env', line: 3, column: 3 });
});
