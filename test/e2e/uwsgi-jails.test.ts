// uWSGI in every kind of jail: who it is, who is pid 1, and that nobody but the two of them holds an end of their pipe.
import { chmodSync, readFileSync, readlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { until } from '../helpers/until.ts';
import { holdersOf, processesWith, socketsOf, UwsgiApp, variableOf } from '../helpers/uwsgi.ts';

interface Kind {
  readonly kind: string;
  readonly uwsgi?: readonly string[];
  readonly vassal?: readonly string[];
  readonly args?: readonly string[];
  readonly uid?: number;
  /** The command is an outer process, which is not uWSGI. */
  readonly outer?: boolean;
}

const NOBODY = 65_534;
const KINDS: readonly Kind[] = [
  { kind: 'none' },
  { kind: 'new namespaces', vassal: ['clone = fs,ipc,pid,uts,cgroup'] },
  { kind: 'uWSGI as pid 1', vassal: ['clone = fs,pid', 'init = false'] },
  { kind: 'emperor-use-clone', args: ['--emperor-use-clone=fs,ipc,pid,uts'] },
  {
    kind: 'ids that uWSGI takes',
    uwsgi: ['uid = nobody', 'gid = nogroup'],
    vassal: ['clone = fs,pid'],
    uid: NOBODY,
  },
  { kind: 'ids that uWSGI takes, no pid namespace', uwsgi: ['uid = nobody', 'gid = nogroup'], uid: NOBODY },
  { kind: 'ids that tsjail takes', vassal: ['clone = fs,pid', 'uid = nobody', 'gid = nogroup'], uid: NOBODY },
  {
    kind: 'hooks',
    vassal: [
      'clone = fs,pid',
      'exec-as-root = true',
      'exec-as-emperor = true',
      'hook-emperor-stop = print:bye',
    ],
  },
  { kind: 'a refork', vassal: ['unshare = fs,pid', 'refork = true'], outer: true },
  { kind: 'a refork before the root', vassal: ['unshare = fs,pid', 'refork-as-root = true'] },
  { kind: 'the namespaces of uWSGI itself', uwsgi: ['unshare = fs,uts', 'hook-as-root = hostname:inner'] },
];

describeWith('uwsgi_python3', 'uWSGI in a jail', () => {
  test.each(KINDS)('$kind', async ({ uwsgi, vassal, args = [], uid = 0, outer }) => {
    const app = new UwsgiApp();
    const daemon = await emperor({ args, env: { TEST_OF: app.directory } });
    // Whoever is not root has to find his file.
    chmodSync(daemon.root, 0o755);
    daemon.put('web.ini', app.ini(uwsgi, vassal));
    const { pid } = await daemon.running('web');
    expect(await app.ask()).toMatchObject({ version: 'one', uid });
    await daemon.until('web', (view) => view?.loyal === true);
    const all = processesWith(app.directory).filter((each) => each !== daemon.pid);
    expectOnlyTwoEnds(daemon, all);
    app.version('two');
    daemon.put('web.ini', app.ini([...(uwsgi ?? []), 'x-new = 1'], vassal));
    await until('version two', () => app.serves('two'));
    expect(await daemon.until('web', (view) => view?.ready === true)).toMatchObject({ pid, generation: 1 });
    if (!outer) expectOnlyTwoEnds(daemon, [pid ?? 0]);
    const before = Date.now();
    await daemon.act('stop', 'web');
    expect(Date.now() - before).toBeLessThan(4000);
    expect(await daemon.view('web')).toMatchObject({
      state: 'stopped',
      lastExit: { code: 0, reason: 'success' },
    });
    expect(processesWith(app.directory)).toEqual([daemon.pid]);
  });
});

describeWith('uwsgi_python3', "an ordinary user's uWSGI", () => {
  test.each([[[]], [['clone = fs,ipc,pid,uts']]])(
    'runs, is reloaded in its place, and ends: %j',
    async (vassal) => {
      const app = new UwsgiApp();
      const daemon = await emperor({ files: { 'web.ini': app.ini([], vassal) }, uid: NOBODY });
      const { pid } = await daemon.running('web');
      expect(await app.ask()).toMatchObject({ version: 'one' });
      app.version('two');
      expect((await daemon.act('reload', 'web')).body).toMatchObject({ message: `reloaded, pid ${pid}` });
      expect(await app.ask()).toMatchObject({ version: 'two' });
      await daemon.act('stop', 'web');
      expect(await daemon.view('web')).toMatchObject({ lastExit: { code: 0 } });
    },
  );
});

/** Of `all`, those that are uWSGI hold its end; ours, like every socket of the daemon's, is the daemon's alone. */
function expectOnlyTwoEnds(daemon: TestEmperor, all: readonly number[]): void {
  const masters = all.filter((pid) => /uwsgi/.test(readFileSync(`/proc/${pid}/comm`, 'utf8')));
  const [master = 0] = masters;
  const end = readlinkSync(`/proc/${master}/fd/${variableOf(master, 'UWSGI_EMPEROR_FD')}`);
  expect(end).toMatch(/^socket:/);
  const holders = holdersOf(end);
  expect(holders).toContain(master);
  for (const pid of holders) expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toMatch(/^uwsgi/);
  const shared = socketsOf(daemon.pid).filter((socket) => holdersOf(socket).some((pid) => all.includes(pid)));
  expect(shared).toEqual([]);
}
