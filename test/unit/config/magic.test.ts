import { expect, test } from 'vitest';
import { type MagicContext, magic } from '../../../src/config/dialect/magic.ts';
import { host, WEB } from './helpers.ts';

const CONTEXT: MagicContext = {
  file: { path: '/srv/common/base.inc.ini', section: 'x-base' },
  top: { path: WEB, section: 'vassal' },
  directory: '/start',
  host: host(),
};

test.each([
  ['%', '%'],
  ['o', '/srv/common/base.inc.ini'],
  ['p', '/srv/common/base.inc.ini'],
  ['s', 'base.inc.ini'],
  ['d', '/srv/common/'],
  ['e', 'ini'],
  ['n', 'base.inc'],
  ['c', 'common'],
  ['x', 'x-base'],
  ['O', WEB],
  ['P', WEB],
  ['S', 'web.ini'],
  ['D', '/etc/tsjail/vassals/'],
  ['E', 'ini'],
  ['N', 'web'],
  ['C', 'vassals'],
  ['X', 'vassal'],
  ['0', 'srv'],
  ['1', 'common'],
  ['2', ''],
  ['v', '/start'],
  ['V', '0.1.0'],
  ['h', 'box'],
  ['t', '1700000000'],
  ['T', '1700000000000000'],
  ['k', '8'],
  ['u', '0'],
  ['U', 'root'],
  ['g', '0'],
  ['G', 'root'],
  ['j', 'AF6D9775'],
  ['[', '\u001b'],
  // Nobody has asked the file system.
  ['i', ''],
  ['I', ''],
])('%%%s is %j', (letter, value) => {
  expect(magic(letter, CONTEXT)).toBe(value);
});

test.each(['z', 'b', ' ', 'é'])('%%%s is nothing', (letter) => {
  expect(magic(letter, CONTEXT)).toBeUndefined();
});

test('components go to nine; a version may be unknown', () => {
  const context = { ...CONTEXT, file: { path: '/0/1/2/3/4/5/6/7/8/9/x.ini', section: 'vassal' } };
  expect(['0', '8', '9'].map((letter) => magic(letter, context))).toEqual(['0', '8', '9']);
  const { version: _, ...nameless } = host();
  expect(magic('V', { ...CONTEXT, host: nameless })).toBe('');
});

test('a file in the root directory', () => {
  const context = { ...CONTEXT, file: { path: '/a.ini', section: 'vassal' } };
  expect(['d', 'c', '0', 'n'].map((letter) => magic(letter, context))).toEqual(['/', '', '', 'a']);
});
