// Whatever lies in the directory under a vassal's name: one clear line about it, the Emperor lives on, others do not notice.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const GOOD = vassal('command = sleep 1000');

/** `make` puts something bad at the path of x.ini; what is said of it must match. */
async function unharmed(make: (path: string, daemon: TestEmperor) => void, told: RegExp): Promise<void> {
  const daemon = await emperor({ files: { 'good.ini': GOOD } });
  const before = await daemon.running('good');
  make(daemon.path('x.ini'), daemon);
  await daemon.said(told);
  expect(daemon.output.match(new RegExp(told.source, 'g'))).toHaveLength(1);
  daemon.put('later.ini', GOOD);
  await daemon.running('later');
  expect(await daemon.view('good')).toMatchObject({ pid: before.pid, generation: 1, error: null });
}

const file = (text: string | Buffer) => (path: string) => writeFileSync(path, text);

const BAD: Readonly<Record<string, readonly [(path: string, daemon: TestEmperor) => void, RegExp]>> = {
  'an empty file': [file(''), /x: .*x\.ini:1:1: .*empty/],
  'a file of a gibibyte': [
    (path) => {
      writeFileSync(path, '');
      truncateSync(path, 2 ** 30);
    },
    /x: .*x\.ini:1:1: .*larger than 1 MiB/,
  ],
  'a binary file': [
    file(Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 0xff])),
    /x: .*x\.ini:1:1: .*not a text file/,
  ],
  'a FIFO': [(path) => void execFileSync('mkfifo', [path]), /x: .*x\.ini:1:1: .*not a regular file/],
  'a dangling link': [(path) => symlinkSync('/no/such/file', path), /x: .*x\.ini:1:1: .*dangling link/],
  'a link to /dev/zero': [(path) => symlinkSync('/dev/zero', path), /x: .*x\.ini:1:1: .*not a regular file/],
  'a link to itself': [(path) => symlinkSync(path, path), /x: .*x\.ini:1:1: .*(ELOOP|symbolic links)/],
  'an unknown key': [
    file(vassal('command = true', 'stop-signl = TERM')),
    /x\.ini:3:1: unknown key `stop-signl`; did you mean `stop-signal`\?/,
  ],
  'a bad number': [
    file(vassal('command = true', 'start-limit = many')),
    /x\.ini:3:15: `many` is not a whole number/,
  ],
  'a bad signal name': [
    file(vassal('command = true', 'stop-signal = TREM')),
    /x\.ini:3:15: unknown signal `TREM`; did you mean `TERM`\?/,
  ],
  'an unknown user': [
    file(vassal('command = true', 'uid = nosuchuser')),
    /x\.ini:3:7: unknown user `nosuchuser`/,
  ],
  'no command': [file(vassal('umask = 022')), /x\.ini:1:1: .*command/],
  'a bad placeholder': [
    file(vassal('command = echo %(nothing)')),
    /x\.ini:2:\d+: `%\(nothing\)` refers to a key that is nowhere set/,
  ],
  'an include of itself': [
    file(vassal('include = x.ini', 'command = true')),
    /x\.ini:2:11: this include is a loop/,
  ],
  'no section': [file('command = true\n'), /x\.ini:1:1: .*\[(section|vassal)\]/],
};

for (const [what, [make, told]] of Object.entries(BAD)) {
  test(what, () => unharmed(make, told));
}

test('a socket', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await unharmed(
    (path) => void server.listen(path),
    /x: .*x\.ini:1:1: .*(not a regular file|nothing to read|ENXIO)/,
  );
});

test('a directory is no vassal', async () => {
  const daemon = await emperor({ files: { 'good.ini': GOOD } });
  mkdirSync(daemon.path('x.ini'));
  daemon.put('later.ini', GOOD);
  await daemon.running('later');
  expect((await daemon.ls()).map((view) => view.name)).toEqual(['good', 'later']);
});

test('all problems of a file at once', async () => {
  const daemon = await emperor();
  daemon.put('x.ini', vassal('comand = true', 'umask = 9', 'clone = fs,nett', 'stop-timeout = soon'));
  await daemon.until('x', (view) => view?.state === 'invalid');
  const { body } = await daemon.call('GET', '/v1/vassals/x');
  const { problems } = body as { problems: { line: number; code: string }[] };
  expect(problems.map((problem) => problem.line)).toEqual(expect.arrayContaining([2, 3, 4, 5]));
});

test('a control character in a name does not reach a terminal', async () => {
  const daemon = await emperor({ files: { 'good.ini': GOOD } });
  writeFileSync(daemon.path('e\u001b[31mvil\n.ini'), GOOD);
  daemon.put('later.ini', GOOD);
  await daemon.running('later');
  await daemon.said(/control character/);
  expect(daemon.output).not.toMatch(/\u001b/);
});

describeRoot('as root of a user who is not', () => {
  test('a file that cannot be read', async () => {
    const daemon = await emperor({ files: { 'good.ini': GOOD }, uid: 65534 });
    await daemon.running('good');
    writeFileSync(daemon.path('x.ini'), GOOD, { mode: 0o600 });
    await daemon.said(/x: .*x\.ini:1:1: .*(EACCES|permission denied)/);
    expect(await daemon.view('good')).toMatchObject({ state: 'running', generation: 1 });
  });

  test('a file that cannot be read for a while: told, cleared, and nothing is restarted', async () => {
    const daemon = await emperor({ files: { 'good.ini': GOOD }, uid: 65534 });
    await daemon.running('good');
    chmodSync(daemon.path('good.ini'), 0);
    const told = await daemon.until('good', (view) => view?.error !== null);
    expect(told).toMatchObject({ state: 'running', generation: 1 });
    chmodSync(daemon.path('good.ini'), 0o644);
    expect(await daemon.until('good', (view) => view?.error === null)).toMatchObject({ generation: 1 });
  });
});
