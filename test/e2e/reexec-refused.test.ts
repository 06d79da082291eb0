// New code that cannot take over: the old one goes on, and says why.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor } from '../helpers/emperor.ts';
import { askReexec, copyOfProgram, lasting, reexec, reexecs } from '../helpers/reexec.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const SLOW = { timeout: 60_000 };
const SLEEP = '[vassal]\ncommand = sleep 1000\n';

/** Changes the one file of the copied program that has `from`. */
function replaceIn(main: string, from: RegExp, to: string): void {
  const directory = dirname(main);
  const file = readdirSync(directory).find((name) => from.test(readFileSync(join(directory, name), 'utf8')));
  if (file === undefined) throw new Error(`nothing in ${directory} has ${from}`);
  const path = join(directory, file);
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}

test.each([
  [
    'is cut off',
    (main: string) => writeFileSync(main, readFileSync(main, 'utf8').replace(/\{.*/s, '{')),
    /SyntaxError/,
  ],
  ['throws', (main: string) => writeFileSync(main, 'throw new Error("not today");\n'), /Error: not today/],
  ['says nothing', (main: string) => writeFileSync(main, ''), /exit code 0/],
  [
    'says what nobody can read',
    (main: string) =>
      writeFileSync(main, `console.log('{"verdict":"fi'); console.log('\\x1b[31m' + 'x'.repeat(5000));\n`),
    /: \\x1b\[31mx{280,300}…;/,
  ],
  [
    'says that all is fine, and not as it is said',
    (main: string) => writeFileSync(main, `console.log('{"verdict":"fine"}');\n`),
    /: \{"verdict":"fine"\};/,
  ],
  [
    'ends itself',
    (main: string) => writeFileSync(main, 'process.kill(process.pid, "SIGKILL");\n'),
    /signal 9/,
  ],
])('one that %s', SLOW, async (_name, spoil, why) => {
  const main = copyOfProgram();
  const daemon = await emperor({ main, files: { 'a.ini': SLEEP } });
  const before = lasting(await daemon.running('a'));
  const good = readFileSync(main, 'utf8');
  spoil(main);
  const { code, stderr } = await tsjail(['reexec', '--control', daemon.control]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^tsjail: the new code cannot take over: .*; everything goes on as it is\n$/);
  expect(stderr).toMatch(why);
  await daemon.said(/error re-exec: the new code cannot take over/);
  expect(lasting(await daemon.view('a'))).toEqual(before);
  expect(await reexecs(daemon)).toBe(0);
  // Starts go on, and so does the next attempt.
  daemon.put('b.ini', SLEEP);
  await daemon.running('b');
  writeFileSync(main, good);
  await reexec(daemon);
  expect(lasting(await daemon.view('a'))).toEqual(before);
});

test('a state of a format to come is refused', SLOW, async () => {
  const main = copyOfProgram();
  replaceIn(main, /format: FORMAT\b|format: 1,/, 'format: 999,');
  const daemon = await emperor({ main, files: { 'a.ini': SLEEP } });
  await daemon.running('a');
  expect(await askReexec(daemon)).toMatchObject({
    ok: false,
    message: expect.stringMatching(
      /the state is of format 999, of tsjail .*: this tsjail knows formats up to 1$/,
    ),
  });
});

test('a config that is bad, or would be of another kind, is told', SLOW, async () => {
  const config = join(tempDirectory(), 'emperor.ini');
  writeFileSync(config, '[emperor]\n');
  const daemon = await emperor({ args: ['--config', config], files: { 'a.ini': SLEEP } });
  const { pid } = await daemon.running('a');
  writeFileSync(config, '[emperor]\nno-such-key = 1\n');
  expect(await askReexec(daemon)).toMatchObject({
    ok: false,
    message: expect.stringMatching(/its config is bad: .*emperor.ini:2:1: .*no-such-key/),
  });
  expect(await daemon.view('a')).toMatchObject({ pid, state: 'running' });
});

test('somebody who stays in set-up is a reason to give it up', { timeout: 90_000 }, async () => {
  const stuck =
    '[vassal]\nhook-as-vassal = exec:sleep 1000\ncommand = sleep 1000\nstart-timeout = 1000\nhook-timeout = 1000\n';
  const daemon = await emperor({ files: { 'a.ini': SLEEP, 'stuck.ini': stuck } });
  const { pid } = await daemon.running('a');
  await daemon.until('stuck', (view) => view?.state === 'starting');
  const asked = askReexec(daemon);
  await daemon.said(/gives way/, 40_000);
  daemon.put('late.ini', SLEEP);
  expect(await asked).toMatchObject({ ok: false, message: 'not within 30 s: stuck: it is being set up' });
  await daemon.running('late');
  expect(await daemon.view('a')).toMatchObject({ pid, state: 'running' });
});
