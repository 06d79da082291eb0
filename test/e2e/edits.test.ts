// What is done to the files is done to the vassals, and a bad text harms nothing.
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { VassalEvent } from '../../src/emperor/view.ts';
import { tsjail } from '../helpers/cli.ts';
import { emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const SLEEP = 'command = sleep 1000';
const NEW = 'clone = fs,pid,uts';

/** Resolves when `generation` of `name` runs. */
function generation(daemon: TestEmperor, name: string, wanted: number) {
  return daemon.until(name, (view) => view?.state === 'running' && view.generation === wanted);
}

test('a file that comes is started, one that goes is stopped', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
  const a = await daemon.running('a');
  daemon.put('b.ini', vassal(SLEEP, NEW));
  const b = await daemon.running('b');
  expect(b.namespaces?.pid).not.toBe(a.namespaces?.pid);
  daemon.remove('b.ini');
  await daemon.until('b', (view) => view === undefined);
  expect(isAlive(b.pid ?? 0)).toBe(false);
  expect(await daemon.view('a')).toMatchObject({ pid: a.pid, generation: 1 });
});

test('a changed text runs in a new jail, a touched one too; chmod does nothing', async () => {
  const say = 'command = sh -c "uname -n; exec sleep 1000"';
  const daemon = await emperor({ files: { 'a.ini': vassal(say, NEW, 'hostname = one') } });
  const said = async (names: readonly string[]) =>
    until(`${names} said`, async () => namesSaid(await daemon.logs('a')).join() === names.join());
  const first = await daemon.running('a');
  await said(['one']);
  daemon.put('a.ini', vassal(say, NEW, 'hostname = two'));
  await generation(daemon, 'a', 2);
  expect(isAlive(first.pid ?? 0)).toBe(false);
  await said(['one', 'two']);
  chmodSync(daemon.path('a.ini'), 0o600);
  utimesSync(daemon.path('a.ini'), new Date(), new Date());
  expect(await generation(daemon, 'a', 3)).toMatchObject({ restarts: 0 });
  await said(['one', 'two', 'two']);
});

const namesSaid = (lines: readonly string[]) => lines.filter((line) => /^\w+$/.test(line));

test('an older mtime, and two edits within a second, are edits too', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
  await daemon.running('a');
  const old = join(daemon.root, 'old');
  writeFileSync(old, vassal('command = sleep 1001'));
  utimesSync(old, 1_000_000, 1_000_000);
  renameSync(old, daemon.path('a.ini'));
  await generation(daemon, 'a', 2);
  daemon.put('a.ini', vassal('command = sleep 1002'));
  await generation(daemon, 'a', 3);
  daemon.put('a.ini', vassal('command = sleep 1003'));
  const last = await generation(daemon, 'a', 4);
  expect(readFileSync(`/proc/${last.pid}/cmdline`, 'utf8')).toBe('sleep\x001003\0');
});

test('a rename is stop, then start: never both', async () => {
  const daemon = await emperor({
    files: {
      'a.ini': vassal('command = sh -c "trap \'sleep 0.3; exit\' TERM; while :; do sleep 0.05; done"'),
    },
  });
  const before = await daemon.running('a');
  const events: VassalEvent[] = [];
  await daemon.onEvent((event) => events.push(event));
  renameSync(daemon.path('a.ini'), daemon.path('b.ini'));
  const after = await daemon.running('b');
  expect(isAlive(before.pid ?? 0)).toBe(false);
  expect(await daemon.view('a')).toBeUndefined();
  expect(after.pid).not.toBe(before.pid);
  const order = events.map(({ vassal: name, event, state }) => `${name} ${event} ${state}`);
  expect(order.indexOf('a removed stopped')).toBeGreaterThan(-1);
  expect(order.indexOf('a removed stopped')).toBeLessThan(order.indexOf('b state starting'));
});

test('a rename waits for what runs, also when its name has been taken meanwhile', async () => {
  const [one, two] = [tempDirectory(), tempDirectory()];
  const slow = 'command = sh -c "trap \'sleep 0.3; exit\' TERM; echo up; while :; do sleep 0.05; done"';
  writeFileSync(join(one, 'a.ini'), vassal(slow));
  const daemon = await emperor({ sources: [one, two] });
  await daemon.said(/a \| up/);
  const before = await daemon.running('a');
  writeFileSync(join(two, 'a.ini'), vassal(SLEEP));
  await daemon.said(/a\.ini: refused/);
  renameSync(join(one, 'a.ini'), join(one, 'b.ini'));
  await daemon.running('b');
  expect(isAlive(before.pid ?? 0)).toBe(false);
  expect((await daemon.running('a')).source).toBe(join(two, 'a.ini'));
});

/** Empty: who was asked about is just being replaced. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

test('two files that change places', async () => {
  const text = (n: number) => vassal(`command = sleep ${n}`);
  const daemon = await emperor({ files: { 'a.ini': text(1001), 'b.ini': text(1002) } });
  for (const name of ['a', 'b']) await daemon.running(name);
  const aside = join(daemon.root, 'aside');
  renameSync(daemon.path('a.ini'), aside);
  renameSync(daemon.path('b.ini'), daemon.path('a.ini'));
  renameSync(aside, daemon.path('b.ini'));
  const runs = (name: string, n: number) =>
    until(`${name} sleeps ${n}`, async () => {
      const { pid } = await daemon.running(name);
      return commandLine(pid ?? 0) === `sleep\0${n}\0`;
    });
  await runs('a', 1002);
  await runs('b', 1001);
});

test('a bad text changes nothing that runs and is told with line and suggestion; the mended one runs', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP, NEW), 'other.ini': vassal(SLEEP) } });
  const before = await daemon.running('a');
  const other = await daemon.running('other');
  daemon.put('a.ini', vassal(SLEEP, NEW, 'hostnme = x', 'stop-timeout = soon'));
  const kept = await daemon.until('a', (view) => view?.error !== null);
  expect(kept).toMatchObject({ state: 'running', pid: before.pid, generation: 1 });
  expect(kept.error).toMatchObject({ file: daemon.path('a.ini'), line: 4, column: 1 });
  await daemon.said(/a\.ini:4:1: unknown key `hostnme`.*what runs is kept/);
  daemon.put('a.ini', vassal(SLEEP, NEW, 'hostname = x'));
  expect(await generation(daemon, 'a', 2)).toMatchObject({ error: null });
  expect(await daemon.view('other')).toMatchObject({ pid: other.pid, generation: 1 });
});

test('a text that cannot start is not worth what runs; reload looks again, restart insists', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
  const before = await daemon.running('a');
  const program = join(daemon.root, 'program');
  const unable: readonly (readonly [string, string])[] = [
    ['command = slep 1000', 'no program `slep` in PATH'],
    [`command = ${daemon.root}`, 'is a directory'],
    ['command = /etc/passwd', '/etc/passwd is not executable'],
    [`${SLEEP}\nchdir = /no/such/place`, '/no/such/place is not there'],
    [`${SLEEP}\nchdir = /etc/passwd`, '/etc/passwd is not a directory'],
    [`command = ${program}`, `${program} is not there`],
  ];
  for (const [line, complaint] of unable) {
    daemon.put('a.ini', vassal(line));
    await daemon.until('a', (view) => view?.error?.message.includes(complaint) === true);
  }
  expect(await daemon.view('a')).toMatchObject({ pid: before.pid, state: 'running', generation: 1 });
  await daemon.said(/a\.ini:2:1: .*program is not there; what runs is kept/);
  expect(await daemon.act('reload', 'a')).toMatchObject({ body: { ok: false, state: 'running' } });
  writeFileSync(program, '#!/no/such/interpreter\n', { mode: 0o755 });
  const { body } = await daemon.act('reload', 'a');
  expect(body).toMatchObject({
    message: expect.stringContaining('wants the interpreter /no/such/interpreter, which is not there'),
  });
  writeFileSync(program, '#!/bin/sh\nexec sleep 1000\n');
  expect(await daemon.act('reload', 'a')).toMatchObject({ body: { ok: true, state: 'running' } });
  expect(await daemon.view('a')).toMatchObject({ generation: 2, error: null });
  daemon.put('a.ini', vassal('command = /no/such/program'));
  await daemon.until('a', (view) => view?.error !== null);
  expect(await daemon.act('restart', 'a')).toMatchObject({ body: { ok: false, state: 'backoff' } });
});

test('a bad text of a vassal that does not run: invalid, until it is mended', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal('comand = sleep 1000') } });
  const view = await daemon.until('a', (each) => each?.state === 'invalid');
  expect(view.error?.message).toContain('unknown key `comand`');
  expect(view.cgroup).toBeNull();
  daemon.put('a.ini', vassal(SLEEP));
  await daemon.running('a');
});

test('an edit in place is read when its writer is done, not before', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
  await daemon.running('a');
  const fd = openSync(daemon.path('a.ini'), 'w');
  writeSync(fd, '[vassal]\ncommand = false\n');
  daemon.put('witness.ini', vassal(SLEEP));
  await daemon.running('witness');
  // The witness was seen and started meanwhile; the half-written text was not acted on.
  expect(await daemon.view('a')).toMatchObject({ generation: 1, state: 'running', error: null });
  writeSync(fd, 'command = sleep 2000\n');
  closeSync(fd);
  const view = await generation(daemon, 'a', 2);
  expect(readFileSync(`/proc/${view.pid}/cmdline`, 'utf8')).toBe('sleep\x002000\0');
});

test('what a vassal includes reloads it', async () => {
  const shared = tempDirectory();
  writeFileSync(join(shared, 'env'), 'WHO=first\n');
  writeFileSync(join(shared, 'common.ini'), '[vassal]\nenv = ALSO=one\n');
  const text = vassal(
    'command = sh -c "echo $WHO $ALSO; exec sleep 1000"',
    `env-file = ${shared}/env`,
    `include = ${shared}/common.ini`,
  );
  const daemon = await emperor({ files: { 'a.ini': text } });
  // Each has its word before it is replaced.
  const spoken = async (count: number) => {
    await generation(daemon, 'a', count);
    await until(`${count} lines`, async () => pairsSaid(await daemon.logs('a')).length === count);
  };
  await spoken(1);
  writeFileSync(join(shared, 'env'), 'WHO=second\n');
  await spoken(2);
  writeFileSync(join(shared, 'common.ini'), '[vassal]\nenv = ALSO=two\n');
  await spoken(3);
  await daemon.said(/a: .*common\.ini changed: reloading/);
  expect(pairsSaid(await daemon.logs('a'))).toEqual(['first one', 'second one', 'second two']);
});

const pairsSaid = (lines: readonly string[]) => lines.filter((line) => /^\w+ \w+$/.test(line));

test('the same name from two sources is refused with both paths', async () => {
  const other = tempDirectory();
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) }, args: [other] });
  const before = await daemon.running('a');
  writeFileSync(join(other, 'a.ini'), vassal('command = sleep 2000'));
  await daemon.said(/a\.ini: refused: .*a\.ini has that name already/);
  expect(await daemon.view('a')).toMatchObject({ pid: before.pid, source: daemon.path('a.ini') });
  // When the first is gone, the second has its turn.
  daemon.remove('a.ini');
  const after = await daemon.until('a', (view) => view?.state === 'running' && view.pid !== before.pid);
  expect(after.source).toBe(join(other, 'a.ini'));
  expect(isAlive(before.pid ?? 0)).toBe(false);
});

test('a directory that vanishes stops nobody; when it is back, differences are applied', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP), 'b.ini': vassal(SLEEP) } });
  const a = await daemon.running('a');
  await daemon.running('b');
  const aside = join(daemon.root, 'aside');
  renameSync(daemon.vassals, aside);
  await daemon.said(/error .*vassals/);
  expect(await daemon.view('a')).toMatchObject({ state: 'running', pid: a.pid });
  rmSync(join(aside, 'b.ini'));
  renameSync(aside, daemon.vassals);
  await daemon.until('b', (view) => view === undefined);
  expect(await daemon.view('a')).toMatchObject({ state: 'running', pid: a.pid, generation: 1 });
});

test('a directory that comes later, by a link', async () => {
  const root = tempDirectory();
  const daemon = await emperor({ sources: [join(root, 'late')] });
  mkdirSync(join(root, 'one'));
  writeFileSync(join(root, 'one', 'a.ini'), vassal(SLEEP));
  symlinkSync('one', join(root, 'late'));
  await daemon.running('a');
  mkdirSync(join(root, 'two'));
  writeFileSync(join(root, 'two', 'b.ini'), vassal(SLEEP));
  symlinkSync('two', join(root, 'new'));
  renameSync(join(root, 'new'), join(root, 'late'));
  await daemon.running('b');
  await daemon.until('a', (view) => view === undefined);
});

test('sources that SIGHUP brings and takes away', async () => {
  const root = tempDirectory();
  const [one, two] = [join(root, 'one'), join(root, 'two')];
  for (const [index, directory] of [one, two].entries()) {
    mkdirSync(directory);
    writeFileSync(join(directory, `v${index}.ini`), vassal(SLEEP));
  }
  const config = join(root, 'emperor.ini');
  writeFileSync(config, `[emperor]\nemperor = ${one}\n`);
  const daemon = await emperor({ sources: [], args: ['--config', config] });
  await daemon.running('v0');
  writeFileSync(config, `[emperor]\nemperor = ${two}\n`);
  daemon.child.kill('SIGHUP');
  await daemon.running('v1');
  await daemon.until('v0', (view) => view === undefined);
});

test('defaults of the daemon for all vassals, and their change by SIGHUP', async () => {
  const root = tempDirectory();
  const config = join(root, 'emperor.ini');
  writeFileSync(config, '[emperor]\nvassals-set = env=COLOUR=red\n');
  const text = vassal('command = sh -c "echo $COLOUR; exec sleep 1000"');
  const own = vassal('env = COLOUR=green', 'command = sh -c "echo $COLOUR; exec sleep 1000"');
  const daemon = await emperor({ files: { 'a.ini': text, 'own.ini': own }, args: ['--config', config] });
  await daemon.running('a');
  const before = await daemon.running('own');
  writeFileSync(config, '[emperor]\nvassals-set = env=COLOUR=blue\n');
  daemon.child.kill('SIGHUP');
  await generation(daemon, 'a', 2);
  await until('both colours', async () => (await daemon.logs('a')).includes('blue'));
  // Its effective config is what it was: it was left alone.
  expect(await daemon.view('own')).toMatchObject({ pid: before.pid, generation: 1 });
  writeFileSync(config, '[emperor]\nvassals-sett = x\n');
  daemon.child.kill('SIGHUP');
  await daemon.said(/the new config is bad: the old one stays/);
  expect(await daemon.view('a')).toMatchObject({ generation: 2 });
});

test('when most files go at once, ls says what is waited for', async () => {
  const names = Array.from({ length: 10 }, (_, n) => `v${n}`);
  const daemon = await emperor({
    files: Object.fromEntries(names.map((name) => [`${name}.ini`, vassal(SLEEP)])),
  });
  for (const name of names) await daemon.running(name);
  for (const name of names) daemon.remove(`${name}.ini`);
  await daemon.said(/10 of 10 files are gone: waiting/);
  const { code, stdout, stderr } = await tsjail(['ls', '--control', daemon.control]);
  expect([code, stderr]).toEqual([
    0,
    expect.stringMatching(/^tsjail: .*: 10 of 10 files are gone: waiting 5 s/),
  ]);
  expect(stdout).toMatch(/v9 +running/);
});
