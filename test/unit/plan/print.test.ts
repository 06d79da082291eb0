import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { buildPlan } from '../../../src/plan/build.ts';
import { printPlan, printStep, quote } from '../../../src/plan/print.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

const plan = (environment: Readonly<Record<string, string>>) =>
  buildPlan(vassalConfig({ namespaces: located(new Set(['uts'])), hostname: located('h', 9) }), {
    environment,
    uid: 0,
    terminal: false,
  });

test('each step has its config line, the environment a line for each variable', () => {
  const environment = { PATH: '/bin', EMPTY: '', PS1: '\u001b[1m$ ', TWO: 'a\nb' };
  const lines = printPlan(plan(environment), 'whose it is').split('\n');
  expect(lines[0]).toBe('clone uts');
  expect(lines[3]).toBe(' 2  hostname h    # /etc/tsjail/vassals/web.ini:9');
  expect(lines.slice(-8)).toEqual([
    '10  exec 2 /bin/sleep 100    # /etc/tsjail/vassals/web.ini:2',
    '      # whose it is',
    '      PATH=/bin',
    '      EMPTY=',
    "      PS1=$'\\u001b[1m$ '",
    "      TWO=$'a\\nb'",
    '      TSJAIL_VASSAL=web',
    '',
  ]);
});

test.each([
  [['7', '1024', '-'], 'rlimit nofile 1024 -'],
  [['0', 'inf', 'inf'], 'rlimit cpu inf inf'],
  [['99', '1', '1'], 'rlimit 99 1 1'],
])('a resource has its name: %j', (args, printed) => {
  expect(printStep({ name: 'rlimit', args, at: undefined })).toBe(printed);
});

test.each(['', 'a b', "it's", '$x', 'a\nb\tc', "\u001b['\\", '\u009b2J', 'ä'])(
  'bash reads back %j',
  (word) => {
    const printed = quote(word);
    expect(printed).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
    const script = `printf %s ${printed}`;
    expect(
      execFileSync('bash', ['-c', script], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } }),
    ).toBe(word);
  },
);
