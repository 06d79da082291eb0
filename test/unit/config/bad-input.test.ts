// What administrators get wrong most, and the very words that they are told.
import { expect, test } from 'vitest';
import { formatProblem } from '../../../src/config/problems/format.ts';
import { type Files, parse } from './helpers.ts';

function told(text: string, files: Files = {}): string {
  const { config, problems } = parse(text, { files });
  expect(config).toBeUndefined();
  return problems.map((problem) => formatProblem(problem, { color: false })).join('\n');
}

test.each([
  [
    'unknown key',
    '[vassal]\ncommand = a\nhostnam = web\n',
    `/etc/tsjail/vassals/web.ini:3:1: error: unknown key \`hostnam\`; did you mean \`hostname\`?
  3 | hostnam = web
    | ^^^^^^^`,
  ],
  [
    'bad number',
    '[vassal]\ncommand = a\nstart-limit = five\n',
    `/etc/tsjail/vassals/web.ini:3:15: error: \`five\` is not a whole number
  3 | start-limit = five
    |               ^^^^`,
  ],
  [
    'bad signal name',
    '[vassal]\ncommand = a\nstop-signal = SIGTREM\n',
    `/etc/tsjail/vassals/web.ini:3:15: error: unknown signal \`SIGTREM\`; did you mean \`TERM\`?
  3 | stop-signal = SIGTREM
    |               ^^^^^^^`,
  ],
  [
    'unknown user',
    '[vassal]\ncommand = a\nuid = nginx\n',
    `/etc/tsjail/vassals/web.ini:3:7: error: unknown user \`nginx\`
  3 | uid = nginx
    |       ^^^^^`,
  ],
  [
    'missing command',
    '[vassal]\nclone = fs,pid\n',
    `/etc/tsjail/vassals/web.ini:1:1: error: no \`command\`: what shall run?
  1 | [vassal]
    | ^^^^^^^^`,
  ],
  [
    'bad placeholder',
    '[vassal]\ncommand = a --rate 50% -x\n',
    `/etc/tsjail/vassals/web.ini:2:22: error: \`% \` is no magic variable; a percent sign is written \`%%\`; did you mean \`%% \`?
  2 | command = a --rate 50% -x
    |                      ^^`,
  ],
  [
    'include loop',
    '[vassal]\ncommand = a\ninclude = web.ini\n',
    `/etc/tsjail/vassals/web.ini:3:11: error: this include is a loop: /etc/tsjail/vassals/web.ini → /etc/tsjail/vassals/web.ini
  3 | include = web.ini
    |           ^^^^^^^`,
  ],
  [
    'hostname without its namespace',
    '[vassal]\ncommand = a\nhostname = h\n',
    `/etc/tsjail/vassals/web.ini:3:12: error: \`hostname\` needs a new uts namespace; did you mean \`clone = uts\`?
  3 | hostname = h
    |            ^`,
  ],
  [
    'a word document',
    'PK\u0003\u0004\0\0',
    `/etc/tsjail/vassals/web.ini:1:1: error: this is not a text file: it holds a NUL byte`,
  ],
])('%s', (_, text, words) => {
  expect(told(text)).toBe(words);
});
