// What is in the packages: the same bytes each time, binaries that load wherever Node does, and what lintian has to say.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { hardeningOf } from '../helpers/elf.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { PACKAGES } from './clean-root.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MINUTES = 300_000;
const TOOLS = { x64: '', arm64: 'aarch64-linux-gnu-' };
const MACHINES = ['x64', 'arm64'] as const;
/** Of Node 20's own binaries. */
const GLIBC_FLOOR = [2, 28] as const;

const packages = (directory = PACKAGES) => readdirSync(directory).filter((name) => /\.(tgz|deb)$/.test(name));
const sums = (directory: string) =>
  packages(directory).map((name) => [
    name,
    createHash('sha256')
      .update(readFileSync(join(directory, name)))
      .digest('hex'),
  ]);
const output = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', cwd: ROOT });

function prebuilt(machine: string, name: string): string {
  return join(PACKAGES, 'prebuilds', `linux-${machine}`, name);
}

test('are the same, byte by byte, when they are made again elsewhere', { timeout: 2 * MINUTES }, () => {
  const before = sums(PACKAGES);
  expect(before.length).toBe(3);
  const elsewhere = join(tempDirectory(), 'of another length', 'tsjail');
  copySource(elsewhere);
  const SOURCE_DATE_EPOCH = output('git', '-c', 'safe.directory=*', 'log', '-1', '--format=%ct').trim();
  const env = { ...process.env, SOURCE_DATE_EPOCH, TZ: 'Pacific/Chatham', LC_ALL: 'C' };
  for (const args of [['.dev/prepare.mjs'], ['.dev/package/main.mjs', 'npm', 'deb']])
    execFileSync('node', args, { cwd: elsewhere, env, stdio: 'pipe' });
  expect(sums(join(elsewhere, 'packages'))).toEqual(before);
});

/** As somebody has it who has it from somewhere: other times, another owner's mask, nothing built. */
function copySource(to: string): void {
  const files = output(
    'git',
    '-c',
    'safe.directory=*',
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  );
  for (const file of files.split('\0').filter((each) => each !== '' && existsSync(join(ROOT, each)))) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(ROOT, file), join(to, file));
    utimesSync(join(to, file), 1_600_000_000, 1_600_000_000);
  }
  symlinkSync(join(ROOT, 'node_modules'), join(to, 'node_modules'));
}

describe.each(MACHINES)('for %s', (machine) => {
  const tool = (name: string) => (machine === process.arch ? name : `${TOOLS[machine]}${name}`);

  test('the addon needs the C library alone, and none newer than Node does', () => {
    const symbols = output(tool('objdump'), '-T', prebuilt(machine, 'tsjail.node'));
    const versions = [...symbols.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [
      Number(major),
      Number(minor),
    ]);
    expect(versions.length).toBeGreaterThan(0);
    expect(
      versions.filter(([major = 0, minor = 0]) => major > GLIBC_FLOOR[0] || minor > GLIBC_FLOOR[1]),
    ).toEqual([]);
    const needed = output(tool('readelf'), '-d', prebuilt(machine, 'tsjail.node'));
    expect(
      [...needed.matchAll(/NEEDED.*\[(.*)\]/g)].map(([, name]) => name?.replace(/^ld-.*/, 'ld')),
    ).toEqual(machine === 'x64' ? ['libc.so.6'] : ['libc.so.6', 'ld']);
  });

  test.each(['tsjail.node', 'tsjail-jailer'])(
    '%s lies anywhere, with sealed tables and a stack without code',
    (name) => {
      const prefix = machine === process.arch ? '' : TOOLS[machine];
      expect(hardeningOf(prebuilt(machine, name), prefix)).toMatchObject({
        isPie: true,
        hasRelro: true,
        bindsNow: true,
        isWriteXorExecute: true,
      });
    },
  );

  test('the addon has canaries; the jailer needs nothing, and is made for what the processor watches', () => {
    const prefix = machine === process.arch ? '' : TOOLS[machine];
    expect(output(tool('objdump'), '-T', prebuilt(machine, 'tsjail.node'))).toContain('__stack_chk_fail');
    const { isStatic, features } = hardeningOf(prebuilt(machine, 'tsjail-jailer'), prefix);
    expect(isStatic).toBe(true);
    expect(features).toEqual(machine === 'x64' ? ['IBT', 'SHSTK'] : ['BTI', 'PAC']);
  });
});

describe.runIf(process.arch === 'x64')('arm64, by qemu', () => {
  const QEMU = ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'] as const;

  test('Node loads the addon, and the command runs', { timeout: MINUTES }, () => {
    const [qemu, ...args] = [...QEMU, output(join(ROOT, '.dev/other-node'), 'arm64').trim()];
    const probe = `console.log(process.arch, typeof require(${JSON.stringify(prebuilt('arm64', 'tsjail.node'))}).probeKernel().clone3)`;
    expect(output(qemu ?? '', ...args, '-e', probe)).toBe('arm64 object\n');
    const main = join(PACKAGES, 'stage/arm64/usr/lib/tsjail/dist/main.js');
    const { stdout } = spawnSync(qemu ?? '', [...args, main, 'doctor', '--json'], {
      encoding: 'utf8',
      cwd: '/',
    });
    const { findings } = JSON.parse(stdout) as { findings: { id: string; state: string }[] };
    for (const id of ['node', 'c-library', 'addon', 'jailer'])
      expect(findings.find((each) => each.id === id)).toMatchObject({ id, state: 'yes' });
  });

  test('the jailer runs, and wants a plan', () => {
    const alone = spawnSync(prebuilt('x64', 'tsjail-jailer'));
    const { status, signal } = spawnSync('qemu-aarch64-static', [prebuilt('arm64', 'tsjail-jailer')]);
    expect([status, signal]).toEqual([alone.status, alone.signal]);
  });
});

test('on another machine it says which ones it is for', () => {
  const other = process.arch === 'x64' ? 'arm64' : 'amd64';
  const main = join(PACKAGES, `stage/${other}/usr/lib/tsjail/dist/main.js`);
  const { status, stderr } = spawnSync(process.execPath, [main, 'run', '--', 'true'], { encoding: 'utf8' });
  expect(stderr).toMatch(/^tsjail: .*; this package is for \w+, not \w+: build tsjail from its source\n$/);
  expect(status).toBe(125);
});

test('lintian finds nothing in the Debian packages that has no reason', { timeout: MINUTES }, () => {
  const debs = packages().filter((name) => name.endsWith('.deb'));
  const { error, stdout } = spawnSync('lintian', ['--allow-root', ...debs], {
    encoding: 'utf8',
    cwd: PACKAGES,
  });
  expect(error).toBeUndefined();
  // A source that writes no manual cannot have its page.
  const isKnown = (line: string) => line.includes('no-manual-page') && !existsSync(join(ROOT, 'man'));
  expect(stdout.split('\n').filter((line) => line !== '' && !isKnown(line))).toEqual([]);
});

test('THIRD-PARTY names everybody whose work is bundled, with the terms', () => {
  const text = output(
    'tar',
    '-xzOf',
    join(PACKAGES, packages().find((name) => name.endsWith('.tgz')) ?? ''),
    'package/THIRD-PARTY',
  );
  for (const name of ['chokidar 5', 'readdirp 5', 'ini 6', 'pino 10', 'sonic-boom 4', 'node-addon-api 8'])
    expect(text).toContain(`${name}.`);
  expect(text).toContain('GCC-exception-3.1');
});

test('what they are made of is in them, for programs', () => {
  const name = packages().find((each) => each.endsWith('.tgz')) ?? '';
  const bill = JSON.parse(output('tar', '-xzOf', join(PACKAGES, name), 'package/sbom.cdx.json'));
  expect(bill.components.map((each: { name: string }) => each.name)).toContain('chokidar');
  for (const deb of packages().filter((each) => each.endsWith('.deb')))
    expect(output('dpkg-deb', '-c', join(PACKAGES, deb))).toContain('/usr/share/doc/tsjail/sbom.cdx.json');
});
