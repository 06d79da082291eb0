// What a start makes in a root file system on disk, a start that fails takes back.
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { step } from '../../src/plan/step.ts';
import { planOf, runJail, startJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { namesBelow, smallRoot, vassalOf } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';
import { located } from '../helpers/vassal-config.ts';

const MADE = ['bind-ro = /etc:/new/deep/etc', 'bind = /etc/hostname:/new/file', 'tmpfs = /run/other'];
const NO_COMMAND = { command: located(['/no/such']) };

describeRoot('after a start that failed', () => {
  test.each([
    ['at a later mount', ['bind = /no/such'], {}],
    ['at the command', [], NO_COMMAND],
    ['at the command, with a root that is read-only', ['read-only = true'], NO_COMMAND],
    ['at the command, without an init', ['init = false'], { ...NO_COMMAND, init: located(false) }],
  ])('%s', async (_what, more, changes) => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const config = vassalOf([`namespace = ${path}`, ...lines, ...MADE, ...more], 'true');
    const end = await runJail({ ...config, ...changes });
    expect(end.said).toMatch(/ENOENT/);
    // A command that is pid 1 would inherit who takes things back as a dead child: he has to go before the exec.
    if ('init' in changes) return;
    expect(namesBelow(path)).toEqual(names);
  });

  test('in a user namespace', async () => {
    const { path, lines } = smallRoot();
    for (const name of ['.', 'run']) chownSync(join(path, name), 100_000, 100_000);
    const names = namesBelow(path);
    const config = vassalOf(['clone = user', `namespace = ${path}`, ...lines, ...MADE], 'true');
    expect((await runJail({ ...config, ...NO_COMMAND })).said).toMatch(/exec .*ENOENT/);
    expect(namesBelow(path)).toEqual(names);
    expect((await runJail(config)).said).toBeUndefined();
  });

  test('in the layer on disk of an overlay', async () => {
    const { path, lines } = smallRoot();
    const upper = join(tempDirectory(), 'upper');
    const work = join(tempDirectory(), 'work');
    for (const directory of [upper, work]) mkdirSync(directory);
    const overlay = `overlay = ${path}:${upper}:${work}:/`;
    const config = vassalOf([`namespace = ${path}`, overlay, ...lines, ...MADE], 'true');
    expect((await runJail({ ...config, ...NO_COMMAND })).said).toMatch(/exec .*ENOENT/);
    expect(namesBelow(upper)).toEqual(['run']);
    expect((await runJail(config)).said).toBeUndefined();
  });

  test('without a pid namespace', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const config = vassalOf(['clone = fs', `chroot = ${path}`, ...lines, ...MADE], 'true');
    expect((await runJail({ ...config, ...NO_COMMAND })).said).toMatch(/exec .*ENOENT/);
    expect(namesBelow(path)).toEqual(names);
  });

  test('with a pid namespace of unshare, whose pid 1 nobody else may be', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const more = ['clone = fs', 'unshare = pid', 'refork-as-root = true', `chroot = ${path}`];
    const config = vassalOf([...more, ...lines, ...MADE], 'echo $$; ls -d /new/deep/etc');
    expect((await runJail({ ...config, ...NO_COMMAND })).said).toMatch(/exec .*ENOENT/);
    expect(namesBelow(path)).toEqual(names);
    expect((await runJail(config)).output).toBe('2\n/new/deep/etc\n');
  });

  test('what was there before stays, and what has something in it', async () => {
    const { path, lines } = smallRoot();
    mkdirSync(join(path, 'new/deep'), { recursive: true });
    const names = namesBelow(path);
    const config = vassalOf([`namespace = ${path}`, ...lines, ...MADE], 'true');
    expect((await runJail({ ...config, ...NO_COMMAND })).said).toMatch(/exec .*ENOENT/);
    expect(namesBelow(path)).toEqual(names);
  });
});

describeRoot('however much was made', () => {
  test('all of it is taken back', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const many = Array.from({ length: 150 }, (_, index) => `bind = /etc/hostname:/many/${index}`);
    const config = vassalOf([`namespace = ${path}`, ...lines, ...many], 'true');
    expect((await runJail({ ...config, ...NO_COMMAND })).said).toMatch(/exec .*ENOENT/);
    expect(namesBelow(path)).toEqual(names);
  });

  test('but no more than there are descriptors for', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const many = Array.from({ length: 150 }, (_, index) => `bind = /etc/hostname:/many/${index}`);
    const { steps, ...plan } = planOf(vassalOf([`namespace = ${path}`, ...lines, ...many], 'true'));
    // RLIMIT_NOFILE.
    const few = step('rlimit', [7, 100, 100]);
    const end = await runJail({}, { plan: { ...plan, steps: [few, ...steps] } });
    expect(end.said).toMatch(/put-bind .*EMFILE.*it cannot be taken back/);
    expect(namesBelow(path)).toEqual(names);
  });

  test('also when nobody wants it any more', async () => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const hook = 'hook-in-jail = exec:echo hanging; sleep 1000';
    const config = vassalOf(['clone = fs', `chroot = ${path}`, ...lines, ...MADE, hook], 'true');
    const jail = startJail(config, { cgroup: false });
    await jail.said(/hanging/);
    expect(namesBelow(path)).not.toEqual(names);
    jail.process.kill();
    await jail.end;
    await until('an end of what was made', () => namesBelow(path).join() === names.join());
  });

  test.each(['fs', 'fs,pid'])('also when a hook ends the start (%s)', async (clone) => {
    const { path, lines } = smallRoot();
    const names = namesBelow(path);
    const hook = 'hook-as-root = exit:3';
    const config = vassalOf([`clone = ${clone}`, `chroot = ${path}`, ...lines, ...MADE, hook], 'true');
    expect((await runJail(config)).command).toMatchObject({ code: 3 });
    await until('an end of what was made', () => namesBelow(path).join() === names.join());
  });
});

describeRoot('who takes it back', () => {
  test.each([[[]], [['clone = user']]])('leads nobody of the jail to the host (%j)', async (more) => {
    const { path, lines } = smallRoot();
    for (const name of ['.', 'run']) chownSync(join(path, name), 100_000, 100_000);
    const look = 'cd /proc/2; cat comm; grep Cap[EP] status; ls root | wc -l; wc -l < mountinfo';
    const hook = `hook-in-jail = exec:${look}`;
    const end = await runJail(vassalOf([...more, `namespace = ${path}`, ...lines, ...MADE, hook], 'true'));
    expect(end.said).toBeUndefined();
    const [comm, permitted, effective, names, mounts] = end.output.split('\n');
    // CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER.
    const few = '000000000000000e';
    expect([comm, permitted, effective]).toEqual(['tsjail-janitor', `CapPrm:\t${few}`, `CapEff:\t${few}`]);
    expect([names, mounts]).toEqual(['0', '1']);
  });
});

describeRoot('after a start that worked', () => {
  test('also with hooks that wait beside the command nobody waits to take anything back', async () => {
    const { path, lines } = smallRoot();
    const script = 'until ! grep janitor /proc/[0-9]*/comm; do :; done; echo alone';
    const config = vassalOf(
      [`namespace = ${path}`, ...lines, ...MADE, 'hook-as-user-atexit = print:end'],
      script,
    );
    expect((await runJail(config)).output).toMatch(/alone\n/);
  });

  test('nobody but the init and the command is there, and the next start makes again what it needs', async () => {
    const { path, lines } = smallRoot();
    // Who would take it back ends when it sees that the command runs.
    const alone = 'until [ "$(wc -w < /proc/1/task/1/children)" = 1 ]; do :; done; echo alone';
    const config = vassalOf([`namespace = ${path}`, ...lines, ...MADE], alone);
    for (let i = 0; i < 2; i++) expect((await runJail(config)).output).toBe('alone\n');
  });
});
