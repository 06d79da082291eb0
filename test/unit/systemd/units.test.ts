// The units and their companions as systemd's own tools see them, and that the administrator is told why each line is there.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeWith } from '../../helpers/need-program.ts';
import { hasProgram } from '../../helpers/programs.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const HERE = new URL('../../../', import.meta.url).pathname;
/** Of 10, times 10: what docs/systemd.md says, and why it is no lower. */
const EXPOSURE = 76;
const UNITS = ['tsjail.service', 'tsjail.socket'];

const text = (name: string) => readFileSync(join(HERE, 'systemd', name), 'utf8');

/** With a program that is there on every machine: that ours is not is all that could be said of it. */
function copies(): string[] {
  const directory = tempDirectory();
  return UNITS.map((name) => {
    const path = join(directory, name);
    writeFileSync(path, text(name).replaceAll('/usr/bin/tsjail', '/bin/true'));
    return path;
  });
}

function analyze(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}`.trim() };
}

const describeWithSystemd =
  hasProgram('systemd-analyze') || process.env.CI !== undefined ? describe : describe.skip;

describeWithSystemd('systemd-analyze', () => {
  test('verify has nothing to say', () => {
    expect(analyze('verify', '--man=no', ...copies())).toEqual({ status: 0, said: '' });
  });

  test('verify would have', () => {
    const path = join(tempDirectory(), 'x.service');
    writeFileSync(path, text('tsjail.service').replace('Type=notify', 'Typ=notify'));
    expect(analyze('verify', '--man=no', path).said).toMatch(/Unknown key 'Typ'/);
  });

  test(`security: no more exposed than ${EXPOSURE / 10}`, () => {
    const [service = ''] = copies();
    const { status, said } = analyze('security', '--offline=yes', `--threshold=${EXPOSURE}`, service);
    expect(said).toMatch(/Overall exposure level for tsjail\.service: /);
    expect(status, said).toBe(0);
  });
});

describeWith('systemd-tmpfiles', 'directories and the group', () => {
  test('are made as they are meant', () => {
    const root = tempDirectory();
    mkdirSync(join(root, 'etc'));
    const run = (program: string, ...args: readonly string[]) => {
      const { status, stderr } = spawnSync(program, [`--root=${root}`, ...args, '-'], {
        input: text(`tsjail.${program.slice('systemd-'.length)}`),
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
    };
    run('systemd-sysusers');
    run('systemd-tmpfiles', '--create');
    const gid = Number(/^tsjail:[^:]*:(\d+):/m.exec(readFileSync(join(root, 'etc/group'), 'utf8'))?.[1]);
    expect(gid).toBeGreaterThan(0);
    const made = ['run/tsjail', 'var/lib/tsjail', 'var/log/tsjail'].map((path) => {
      const { mode, uid, gid } = statSync(join(root, path));
      return [path, (mode & 0o7777).toString(8), uid, gid];
    });
    expect(made).toEqual([
      ['run/tsjail', '755', 0, 0],
      ['var/lib/tsjail', '700', 0, 0],
      ['var/log/tsjail', '2750', 0, gid],
    ]);
  });
});

/** Name and value of each line that says something. */
function settings(name: string): [string, string][] {
  const lines = text(name)
    .split('\n')
    .filter((line) => /^[A-Z]\w+=/.test(line));
  return lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]);
}

test.each(UNITS)('docs/systemd.md tells of every setting of %s', (unit) => {
  const guide = readFileSync(join(HERE, 'docs/systemd.md'), 'utf8');
  const untold = settings(unit).filter(([name]) => !guide.includes(`${name}=`));
  expect(untold).toEqual([]);
});

test('no setting of the unit gives the daemon a mount namespace of its own, nor takes away what it needs', () => {
  const harmful =
    /^(Private|Protect|ReadOnly|ReadWrite|Inaccessible|TemporaryFileSystem|Bind|Root|MountFlags|RestrictNamespaces|NoNewPrivileges|MemoryDenyWriteExecute|DynamicUser|User$|PAMName)/;
  expect(settings('tsjail.service').filter(([name]) => harmful.test(name))).toEqual([]);
});

test('both units, tmpfiles.d and the daemon mean the same places', async () => {
  const { DEFAULT_CONTROL } = await import('../../../src/system/paths.ts');
  expect(settings('tsjail.socket')).toContainEqual(['ListenStream', DEFAULT_CONTROL]);
  expect(settings('tsjail.service')).toContainEqual(['RuntimeDirectory', 'tsjail']);
  expect(text('tsjail.tmpfiles')).toMatch(/^d \/run\/tsjail 0755 root root -$/m);
  expect(text('tsjail.tmpfiles')).toMatch(/^d \/var\/log\/tsjail 2750 root tsjail -$/m);
  expect(text('tsjail.sysusers')).toMatch(/^g tsjail -$/m);
  expect(text('tsjail.logrotate')).toMatch(/^\/var\/log\/tsjail\/\*\.log \{$/m);
});
