import { describe, expect, test } from 'vitest';
import { HIDDEN, inOrder, masked, redactLine, redactText } from '../../../src/config/secrets.ts';

describe('a line of a config', () => {
  test.each([
    ['env = PASSWORD=hunter22', `env = PASSWORD=${HIDDEN}`, ['hunter22']],
    ['  env=A="b c d e"  ', `  env=A=${HIDDEN}  `, ['"b c d e"', 'b c d e']],
    ['env = hunter22', `env = ${HIDDEN}`, ['hunter22']],
    [';env = OLD=hunter22', `;env = OLD=${HIDDEN}`, ['hunter22']],
    ['# env = OLD=hunter22', `# env = OLD=${HIDDEN}`, ['hunter22']],
    ['set = env=A=hunter22', `set = env=A=${HIDDEN}`, ['hunter22']],
    ['x-password = hunter22', `x-password = ${HIDDEN}`, ['hunter22']],
    ['anything = hunter22', `anything = ${HIDDEN}`, ['hunter22']],
    ['env SECRET=hunter22', `env SECRET=${HIDDEN}`, ['hunter22']],
    ['hook-as-user = !exec:login hunter22', `hook-as-user = !${HIDDEN}`, ['exec:login hunter22']],
    ['hook-as-user = putenv:A=hunter22', `hook-as-user = putenv:A=${HIDDEN}`, ['hunter22']],
    ['command = app --password hunter22 --x', `command = app --password ${HIDDEN} --x`, ['hunter22']],
    ['command = app --token=hunter22', `command = app --token=${HIDDEN}`, ['hunter22']],
    ['command = app postgres://me:hunter22@db/x', `command = app postgres://me:${HIDDEN}@db/x`, ['hunter22']],
  ])('%s', (line, text, secrets) => {
    expect(redactLine(line)).toEqual({ text, secrets });
  });

  test.each([
    'command = /usr/bin/web --port 80',
    '[vassal]',
    '; written by hand',
    'clone = fs,pid',
    'env-file = /etc/web.env',
    'hook-as-user = exec:touch /run/x',
    'for = a b c',
    'processes = 4',
    '',
  ])('%s is shown as it is', (line) => {
    expect(redactLine(line)).toEqual({ text: line, secrets: [] });
  });
});

test('a secret is hidden wherever it turns up, the longer one first', () => {
  const secrets = inOrder(['pass', 'password', 'abc', 'pass']);
  expect(secrets).toEqual(['password', 'pass']);
  expect(masked('password passes abc', secrets)).toBe(`${HIDDEN} ${HIDDEN}es abc`);
});

test('no text makes it slow', () => {
  const begun = performance.now();
  for (const text of [
    'password '.repeat(5000),
    '='.repeat(20_000),
    `//${'a'.repeat(20_000)}`,
    ' '.repeat(20_000),
  ]) {
    redactLine(text);
    redactText(text);
  }
  expect(performance.now() - begun).toBeLessThan(500);
});
