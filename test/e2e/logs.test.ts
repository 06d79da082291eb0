// A vassal's output: line by line under its name, harmless on a terminal, never a burden to the daemon.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { emperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const MIB = 1024 * 1024;
const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

test('lines, unfinished ones too, and control characters escaped', async () => {
  const script = `printf 'plain\\n\\033[31mred\\n\\007bell\\tand tab\\nno newline'`;
  const daemon = await emperor({
    files: { 'a.ini': vassal(`command = sh -c "${script}"`, 'restart = never') },
  });
  await daemon.until('a', (view) => view?.state === 'exited');
  expect((await daemon.logs('a')).slice(0, 4)).toEqual([
    'plain',
    '\\x1b[31mred',
    '\\x07bell\tand tab',
    'no newline',
  ]);
  await daemon.said(/a \| no newline\n/);
});

test('to a file, which is opened anew on SIGUSR1', async () => {
  const directory = tempDirectory();
  const file = join(directory, 'a.log');
  const daemon = await emperor({
    files: {
      'a.ini': vassal(`command = sh -c "echo $$; exec sleep 1000"`, `log = file:${file}`, 'stable-after = 0'),
    },
  });
  const { pid } = await daemon.running('a');
  await until('its line', () => /^\d+\n/.test(read(file)));
  renameSync(file, `${file}.1`);
  daemon.child.kill('SIGUSR1');
  await daemon.said(/a: running, pid/);
  process.kill(pid ?? 0, 'SIGKILL');
  await until('the line of the next one', () => /^\d+$/m.test(read(file)));
  expect(daemon.output).not.toMatch(/^a \|/m);
});

test('a vassal that prints without end costs the daemon no memory and no other vassal its time', async () => {
  const daemon = await emperor({
    files: {
      'flood.ini': vassal('command = sh -c "exec yes this is a line of a flood"'),
      'zeros.ini': vassal('command = cat /dev/zero'),
    },
  });
  await daemon.running('flood');
  await daemon.running('zeros');
  const hasRead = (bytes: number) =>
    Number(/^rchar: (\d+)/m.exec(read(`/proc/${daemon.pid}/io`))?.[1]) > bytes;
  await until('a flood', () => hasRead(64 * MIB), 30_000);
  const before = residentMiB(daemon.pid);
  const begun = performance.now();
  daemon.put('quick.ini', vassal('command = sleep 1000'));
  await daemon.running('quick');
  expect(performance.now() - begun).toBeLessThan(3000);
  await until('more of it', () => hasRead(320 * MIB), 60_000);
  expect(residentMiB(daemon.pid) - before).toBeLessThan(60);
  expect(
    (await daemon.logs('flood')).filter((line) => line === 'this is a line of a flood').length,
  ).toBeGreaterThan(100);
}, 120_000);

test('the daemon goes on when nobody reads its own output', async () => {
  const daemon = await emperor({
    files: { 'a.ini': vassal('command = sh -c "exec yes nobody reads this"') },
  });
  await daemon.running('a');
  daemon.child.stdout?.pause();
  daemon.child.stderr?.pause();
  daemon.put('b.ini', vassal('command = sleep 1000'));
  await daemon.running('b');
  daemon.child.stdout?.resume();
  daemon.child.stderr?.resume();
});

describeRoot('a vassal of another user', () => {
  test.each([['uid = 33'], ['uid = 33\nclone = user,pid']])('opens /dev/stdout anew: %j', async (lines) => {
    const command = 'command = sh -c "echo out >/dev/stdout; echo err >/dev/stderr; exec sleep 1000"';
    const daemon = await emperor({
      files: { 'a.ini': vassal(command, 'gid = 33', 'no-initgroups = true', lines) },
    });
    await daemon.said(/a \| err/);
    expect(await daemon.logs('a')).toEqual(['out', 'err']);
  });
});

describeRoot('a full disk', () => {
  test('one line, the ring goes on, and the file when there is room', async () => {
    const mount = join(tempDirectory(), 'full');
    mkdirSync(mount);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', mount]);
    onTestFinished(() => void execFileSync('umount', ['-l', mount]));
    const file = join(mount, 'a.log');
    // Long lines: a disk that is full soon, however slow the machine is.
    const script = 'while :; do head -c 1000 /dev/zero | tr \\\\0 x; echo; sleep 0.001; done';
    const daemon = await emperor({
      files: {
        'a.ini': vassal(`command = sh -c "${script}"`, `log = file:${file}`),
        'b.ini': vassal('command = sleep 1000'),
      },
    });
    const { pid } = await daemon.running('b');
    await daemon.said(/warn +a: log file .*a\.log: .*ENOSPC/);
    const lines = (await daemon.logs('a')).length;
    expect(lines).toBeGreaterThan(0);
    expect(await daemon.view('a')).toMatchObject({ state: 'running', generation: 1 });
    expect(await daemon.view('b')).toMatchObject({ pid });
    execFileSync('mount', ['-o', 'remount,size=10m', mount]);
    await daemon.said(/is written again/, 20_000);
    expect(read(file)).toMatch(/\d+ lines are missing here/);
    expect(daemon.output.match(/ENOSPC/g)).toHaveLength(1);
  });
});

function residentMiB(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]) / 1024;
}
