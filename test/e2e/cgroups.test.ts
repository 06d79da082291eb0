// Control groups under a daemon: edits, failures, sharing, out-of-memory kills, and what a killed daemon leaves.
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { v1Controllers } from '../../src/system/cgroup-hierarchy.ts';
import { CgroupTree } from '../../src/system/cgroup-tree.ts';
import { tsjail } from '../helpers/cli.ts';
import { emperor } from '../helpers/emperor.ts';
import { groupPath, hierarchies, textIn } from '../helpers/groups.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
/** An ordinary one. */
const USER = 65_534;
const AS_USER = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'];
const SLEEP = 'command = sleep 1000';
const MEMORY = 20 * 1024 * 1024;
/** More than the limit, in steps, so that a command that is not limited ends too. */
const EATER = `perl -e '$x = ""; $x .= "x" x 1048576 for 1..200; print "ate all\\n"'`;

/** Lines that limit memory, the way that this machine has it. */
function memoryLimit(): string[] {
  const mount = v1Controllers().get('memory');
  if (mount === undefined) return [`memory-max = ${MEMORY}`];
  return [`cgroup = ${groupPath(mount)}`, `cgroup-opt = memory.limit_in_bytes=${MEMORY}`];
}

describeRoot('control groups', () => {
  test('an edit is a new jail with a group of its own making; without the line there is none', async () => {
    const [{ above, file, value }] = hierarchies() as [ReturnType<typeof hierarchies>[0]];
    const path = groupPath(above);
    const lines = [SLEEP, 'reload = signal:HUP', `cgroup = ${path}`];
    const daemon = await emperor({ files: { 'a.ini': vassal(...lines) } });
    const first = await daemon.running('a');
    const before = textIn(path, file);
    daemon.put('a.ini', vassal(...lines, `cgroup-opt = ${file}=${value}`));
    const second = await daemon.until('a', (view) => view?.generation === 2 && view.state === 'running');
    expect(second.pid).not.toBe(first.pid);
    expect(before).not.toBe(value);
    expect(textIn(path, file)).toBe(value);
    daemon.put('a.ini', vassal(...lines));
    await daemon.until('a', (view) => view?.generation === 3 && view.state === 'running');
    expect(textIn(path, file)).toBe(before);
    await daemon.act('restart', 'a');
    expect(textIn(path, file)).toBe(before);
    daemon.put('a.ini', vassal(SLEEP));
    await daemon.until('a', (view) => view?.generation === 5 && view.state === 'running');
    expect(existsSync(path)).toBe(false);
  });

  test('the group is shown, with what is used in it, and gone with the vassal', async () => {
    for (const { kind, above } of hierarchies()) {
      const path = groupPath(above);
      const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP, `cgroup = ${path}`) } });
      const view = await daemon.running('a');
      const own = join(CgroupTree.place() ?? '', '..', `tsjail-${daemon.pid}`, 'vassals', 'a');
      expect(view.cgroup).toBe(kind === 'v2' ? path : own);
      expect(view.pids).toBeGreaterThanOrEqual(2);
      expect(view.memoryBytes).toBeGreaterThan(0);
      daemon.remove('a.ini');
      await daemon.until('a', (each) => each === undefined);
      expect(existsSync(path)).toBe(false);
    }
  });

  test('one that cannot be set up harms no other', async () => {
    const [{ above }] = hierarchies() as [ReturnType<typeof hierarchies>[0]];
    const path = groupPath(above);
    const daemon = await emperor({
      files: {
        'good.ini': vassal(SLEEP, `cgroup = ${path}`),
        'bad.ini': vassal(SLEEP, `cgroup = ${path}`, 'cgroup-opt = no.such=1'),
      },
    });
    await daemon.running('good');
    const bad = await daemon.until('bad', (view) => view?.lastExit !== null && view?.lastExit !== undefined);
    expect(bad.lastExit).toMatchObject({ reason: 'setup' });
    expect(bad.lastExit?.message).toMatch(/bad\.ini:4:1: cgroup-opt no\.such: there is no such file in /);
    expect((await daemon.view('good'))?.state).toBe('running');
    await daemon.act('stop', 'bad');
    expect(existsSync(path)).toBe(true);
    await daemon.act('stop', 'good');
    expect(existsSync(path)).toBe(false);
  });

  test('what runs is not given up for groups that cannot be', async () => {
    const daemon = await emperor({ files: { 'a.ini': vassal(SLEEP) } });
    const { pid } = await daemon.running('a');
    daemon.put('a.ini', vassal(SLEEP, `cgroup = ${join(tempDirectory(), 'x')}`));
    const view = await daemon.until('a', (each) => each?.error !== null);
    expect(view.error).toMatchObject({ line: 3, message: expect.stringContaining('no cgroup file system') });
    expect(view.pid).toBe(pid);
  });

  test('an out-of-memory kill is told as one', async () => {
    const command = `command = ${EATER}`;
    const daemon = await emperor({
      files: { 'eater.ini': vassal(command, 'restart = never', ...memoryLimit()) },
    });
    const view = await daemon.until(
      'eater',
      (each) => each?.lastExit !== null && each?.lastExit !== undefined,
    );
    expect(view.lastExit).toMatchObject({ reason: 'oom-kill', signal: 'SIGKILL' });
    expect(view.lastExit?.message).toMatch(/^out of memory: killed/);
  });

  test('what a killed daemon leaves is removed by the next, or by cleanup', async () => {
    for (const { above } of hierarchies()) {
      const path = groupPath(above);
      const start = async (args: string[] = []) => {
        const daemon = await emperor({ args, files: { 'a.ini': vassal(SLEEP, `cgroup = ${path}`) } });
        await daemon.running('a');
        return daemon;
      };
      const first = await start();
      await first.stop('SIGKILL');
      expect(existsSync(path)).toBe(true);
      const next = await emperor({ args: ['--control', first.control] });
      await next.said(/removed what daemon \d+ left when it died/);
      expect(existsSync(path)).toBe(false);
      const second = await start();
      await second.stop('SIGKILL');
      expect(existsSync(path)).toBe(true);
      expect((await tsjail(['cleanup', '--control', second.control])).code).toBe(0);
      expect(existsSync(path)).toBe(false);
    }
  });

  test('tsjail run: limits by flags, the reason of its end, and nothing left', async () => {
    const limits = memoryLimit().map((line) => `--${line.replace(' = ', '=')}`);
    const end = await tsjail(['run', ...limits, '--', 'perl', '-e', '$x .= "x" x 1048576 for 1..200']);
    expect(end.stderr).toMatch(/^tsjail: out of memory: killed/);
    expect(end.code).toBe(137);
    for (const limit of limits) {
      const path = /--cgroup=(.*)/.exec(limit)?.[1];
      if (path) expect(existsSync(path)).toBe(false);
    }
  });

  test('an ordinary user has the groups that were given to him, and no others', async () => {
    const v1 = v1Controllers().get('pids');
    const { above } = hierarchies().find(({ kind }) => kind === (v1 === undefined ? 'v2' : 'v1')) ?? {
      above: '',
    };
    const group = groupPath(above);
    mkdirSync(group);
    const refused = await tsjail(['run', `--cgroup=${join(group, 'his')}`, '--', 'true'], {
      wrapper: AS_USER,
    });
    expect(refused.code).toBe(125);
    expect(refused.stderr).toMatch(
      /cgroup .*\/his: EACCES, permission denied \(the hierarchy is not writable for this user\)/,
    );
    for (const path of [group, join(group, 'cgroup.procs')]) chownSync(path, USER, USER);
    // The delegation of v2 is for who is in the group (cgroups(7)).
    const into = ['sh', '-c', 'echo 0 >"$0"/cgroup.procs && exec "$@"', group, ...AS_USER];
    for (const flags of [[], ['--clone=fs,pid,cgroup']]) {
      const command = ['sh', '-c', 'cat /proc/self/cgroup'];
      const his = await tsjail(['run', ...flags, `--cgroup=${join(group, 'his')}`, '--', ...command], {
        wrapper: into,
      });
      expect([his.stderr, his.code]).toEqual(['', 0]);
      expect(his.stdout).toMatch(flags.length === 0 ? /tsjail-test-.*\/his$/m : /(:pids|^0:):\/$/m);
      expect(existsSync(join(group, 'his'))).toBe(false);
    }
  });

  test('tsjail run whose set-up fails leaves nothing', async () => {
    const [{ above }] = hierarchies() as [ReturnType<typeof hierarchies>[0]];
    const path = groupPath(above);
    const end = await tsjail(['run', `--cgroup=${path}`, '--chdir=/nowhere', '--', 'true']);
    expect(end.code).toBe(125);
    expect(existsSync(path)).toBe(false);
  });
});

test('limits that v1 holds are told by check, with what to write instead', async () => {
  const file = join(tempDirectory(), 'a.ini');
  writeFileSync(file, vassal(SLEEP, 'pids-max = 5'));
  const mount = v1Controllers().get('pids');
  const { stdout, stderr } = await tsjail(['check', file]);
  const expected = `${file}:3:1: warning: pids is on a v1 hierarchy here: use \`cgroup = ${mount}/NAME\` and \`cgroup-opt = pids.max=…\``;
  expect((stdout + stderr).includes(expected)).toBe(mount !== undefined);
});
