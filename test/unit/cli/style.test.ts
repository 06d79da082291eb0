import { expect, test } from 'vitest';
import { styleOf } from '../../../src/cli/style.ts';

const TERMINAL = { isTTY: true };
const FILE = { isTTY: false };

test.each([
  ['a terminal', TERMINAL, {}, undefined, true],
  ['a file', FILE, {}, undefined, false],
  ['a dumb terminal', TERMINAL, { TERM: 'dumb' }, undefined, false],
  ['NO_COLOR', TERMINAL, { NO_COLOR: '1' }, undefined, false],
  ['an empty NO_COLOR', TERMINAL, { NO_COLOR: '' }, undefined, true],
  ['FORCE_COLOR', FILE, { FORCE_COLOR: '1' }, undefined, true],
  ['FORCE_COLOR=0', FILE, { FORCE_COLOR: '0' }, undefined, false],
  ['CLICOLOR_FORCE', FILE, { CLICOLOR_FORCE: '1' }, undefined, true],
  ['NO_COLOR and FORCE_COLOR', FILE, { NO_COLOR: '1', FORCE_COLOR: '1' }, undefined, false],
  ['--color=always', FILE, { NO_COLOR: '1' }, 'always', true],
  ['--color=never', TERMINAL, { FORCE_COLOR: '1' }, 'never', false],
  ['--color=auto', TERMINAL, { NO_COLOR: '1' }, 'auto', false],
])('%s', (_what, output, env, when, color) => {
  const style = styleOf(output, env, when);
  expect(style.color).toBe(color);
  expect(style.paint('good', 'x')).toBe(color ? '\u001b[32mx\u001b[0m' : 'x');
});

test('nothing, and text of no kind, stay as they are', () => {
  const style = styleOf(TERMINAL, {}, 'always');
  expect([style.paint('bad', ''), style.paint(undefined, 'x')]).toEqual(['', 'x']);
});

test('another value of --color is wrong', () => {
  expect(() => styleOf(FILE, {}, 'sometimes')).toThrow('--color is one of auto, always, never');
});
