// What people who come from elsewhere write, and whether what they are told gets them on.
import { expect, test } from 'vitest';
import { foreignKey } from '../../../src/config/options/foreign.ts';
import { optionOf } from '../../../src/config/options.ts';
import { parse as vassal } from './helpers.ts';

const told = (...lines: readonly string[]) => vassal(['[vassal]', 'command = sleep 1', ...lines].join('\n'));

test.each([
  ['stop-timeout = 10sec', 'did you mean `10s`?'],
  ['stop-timeout = 5 minutes', 'did you mean `5m`?'],
  ['stop-timeout = 2 Hours', 'did you mean `2h`?'],
  ['memory-max = 512 MB', 'did you mean `512MB`?'],
  ['cpu-max = 1.5', 'did you mean `150%`?'],
  ['restart = no', 'did you mean `never`?'],
  ['restart = unless-stopped', 'did you mean `always`?'],
  ['env = PATH /bin', 'did you mean `PATH=/bin`?'],
  ['env = LANG: C', 'did you mean `LANG=C`?'],
  ['bind = /srv:/srv:ro', '`bind-ro` is the read-only one; did you mean `/srv:/srv`?'],
  ['chdir = ~/web', "`~` is a shell's"],
  ['clone = network', 'did you mean `net`?'],
  ['User = nobody', 'unknown key `User`; did you mean `uid`?'],
  ['WorkingDirectory = /srv', 'did you mean `chdir`?'],
  ['stdout_logfile = /var/log/x', 'did you mean `log`?'],
  ['processes = 4', 'files with a section [uwsgi] are run by it'],
])('%s', (line, hint) => {
  expect(
    told(line)
      .problems.map(({ message, suggestion }) => `${message}; did you mean \`${suggestion}\`?`)
      .join('\n'),
  ).toContain(hint);
});

test.each([
  ['command = echo a; sleep 1', '`a;` is a word like any other here: no shell runs the command'],
  ['command = echo $HOME', '`$HOME` is a word like any other here'],
  ['command = ls ~/x', '`~/x` is a word like any other here'],
  ['command = "sleep 1"', 'with the quotes it is one word, the program'],
])('a warning: %s', (line, message) => {
  const { problems, config } = vassal(`[vassal]\n${line}\n`);
  expect(problems.map((problem) => problem.message)).toEqual([expect.stringContaining(message)]);
  expect(config).toBeDefined();
});

test.each([
  `command = sh -c 'echo $HOME; ls ~'`,
  'command = find . -exec true \\;',
  "command = awk '{print $1}'",
  'command = x 5$',
])('nothing to say: %s', (line) => {
  expect(vassal(`[vassal]\n${line}\n`).problems).toEqual([]);
});

test.each([
  ['[Service]', 'a unit of systemd'],
  ['[program:web]', 'a file of supervisord'],
])('a file of another supervisor: %s', (section, what) => {
  expect(vassal(`${section}\nx = y\n`).problems[0]?.message).toContain(what);
});

test('what is suggested for keys of others is an option', () => {
  for (const key of ['execstart', 'user', 'depends-on', 'memorymax', 'cpuquota']) {
    const option = foreignKey(key);
    expect(option && optionOf(option, 'vassal'), key).toBeDefined();
  }
  expect(foreignKey('constructor')).toBeUndefined();
});
