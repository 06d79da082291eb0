// uWSGI's "old way": a Debian with Flask and uWSGI as the root of a jail, governed by the daemon (reference: "--namespace").
import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useDebianRoot } from '../helpers/debian-root.ts';
import { type EmperorOptions, emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { mountPoints } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const UID = 1000;
const APP = `import os, socket, subprocess
from flask import Flask, jsonify

application = Flask(__name__)


@application.get("/")
def where():
    ps = subprocess.run(["ps", "-eo", "pid=,comm="], capture_output=True, text=True).stdout
    return jsonify(version=1, hostname=socket.gethostname(), ps=ps, uid=os.getuid(),
                   mounts=open("/proc/self/mountinfo").read(), interfaces=[name for _, name in socket.if_nameindex()])
`;

interface Page {
  readonly version: number;
  readonly hostname: string;
  readonly ps: string;
  readonly uid: number;
  readonly mounts: string;
  readonly interfaces: readonly string[];
}

/** Directories of the host that are kept in the jail: the app's code, and where its socket is. */
interface Site {
  readonly app: string;
  readonly run: string;
  file(hostname: string): string;
}

function site(root: string): Site {
  const directory = tempDirectory();
  const [app, run] = [join(directory, 'app'), join(directory, 'run')];
  mkdirSync(app);
  mkdirSync(run);
  chownSync(run, UID, UID);
  writeFileSync(join(app, 'app.py'), APP);
  const file = (hostname: string) => `[vassal]
namespace = ${root}:${hostname}
namespace-net = true
namespace-keep-mount = ${app}:/srv/app
namespace-keep-mount = ${run}:/run/site
uid = ${UID}
gid = ${UID}
umask = 000
stop-signal = INT
command = uwsgi --plugin python3 --http-socket /run/site/http.sock --chdir /srv/app --wsgi-file app.py --need-app --master --workers 2
`;
  return { app, run, file };
}

/** Null: nobody answers. */
function page({ run }: Site): Promise<Page | null> {
  return new Promise((resolve) => {
    const call = request({ socketPath: join(run, 'http.sock'), path: '/' }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(answer.statusCode === 200 ? (JSON.parse(text) as Page) : null));
      answer.on('error', () => resolve(null));
    });
    call.on('error', () => resolve(null));
    call.end();
  });
}

async function served(where: Site, fits: (page: Page) => boolean = () => true): Promise<Page> {
  return until('a page that fits', async () => {
    const found = await page(where);
    return found !== null && fits(found) && found;
  });
}

const mounts = (pid: number | 'self') => readFileSync(`/proc/${pid}/mountinfo`, 'utf8');

/** Pids of everybody in the jail of `pid`. The number of a namespace that is gone may be that of the next one. */
function crowd(pid: number | null): number[] {
  const namespace = readlinkSync(`/proc/${pid}/ns/pid`);
  const all = readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/ns/pid`) === namespace;
    } catch {
      return false;
    }
  });
  return all.map(Number);
}

const SURROUNDINGS: readonly (readonly [string, Pick<EmperorOptions, 'wrapper'>])[] = [
  ['as the host is', {}],
  [
    'where every mount is shared, as systemd makes them',
    { wrapper: ['unshare', '--mount', '--propagation', 'shared'] },
  ],
];

describeWith('mmdebstrap', 'a whole Debian as the root', () => {
  const root = useDebianRoot();

  test.each(SURROUNDINGS)(
    '%s: serves over a socket in a kept mount, and sees itself alone',
    async (_name, options) => {
      const where = site(root());
      const names = () =>
        ['', 'srv', 'srv/app', 'run', 'run/site'].map((name) => readdirSync(join(root(), name)));
      const before = { names: names(), mounts: mounts('self') };
      const daemon = await emperor({ ...options, files: {} });
      const daemonsBefore = mounts(daemon.pid);
      if (options.wrapper) expect(daemonsBefore).toContain(' shared:');
      daemon.put('site.ini', where.file('site-1'));
      const { pid } = await daemon.running('site');
      const shown = await served(where);
      expect(shown).toMatchObject({ version: 1, hostname: 'site-1', uid: UID, interfaces: ['lo'] });
      expect(mountPoints(shown.mounts).sort()).toEqual(['/', '/proc', '/run/site', '/srv/app']);
      expect(shown.mounts).not.toMatch(/shared:|master:/);
      const processes = shown.ps
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/));
      expect(processes[0]).toEqual(['1', 'tsjail-init']);
      expect([...new Set(processes.slice(1).map(([, name]) => name))].sort()).toEqual(['ps', 'uwsgi']);
      expect(mounts(daemon.pid)).toBe(daemonsBefore);
      const old = crowd(pid);
      await daemon.act('stop', 'site');
      expect(old.filter(isAlive)).toEqual([]);
      expect(mounts(daemon.pid)).toBe(daemonsBefore);
      expect({ names: names(), mounts: mounts('self') }).toEqual(before);
    },
  );

  test('the end of pid 1 is the end of all, and a new jail comes', async () => {
    const where = site(root());
    const daemon = await emperor({ files: { 'site.ini': where.file('site-1') } });
    const { pid, jailerPid, generation } = await daemon.running('site');
    await served(where);
    const old = crowd(pid);
    expect(old.length).toBeGreaterThanOrEqual(4);
    process.kill(jailerPid ?? -1, 'SIGKILL');
    await daemon.until('site', (view) => view?.generation === generation + 1 && view.state === 'running');
    expect(old.filter(isAlive)).toEqual([]);
    await served(where);
  });

  test.each([
    ['an edit', (daemon: TestEmperor, where: Site) => daemon.put('site.ini', where.file('site-2')), 'site-2'],
    [
      'a touch',
      (daemon: TestEmperor) => utimesSync(daemon.path('site.ini'), new Date(), new Date()),
      'site-1',
    ],
  ])(
    '%s gives a new jail of what the file says now, with the code as it is now',
    async (_name, act, hostname) => {
      const where = site(root());
      const daemon = await emperor({ files: { 'site.ini': where.file('site-1') } });
      const old = await daemon.running('site');
      await served(where);
      const gone = crowd(old.pid);
      writeFileSync(join(where.app, 'new'), APP.replace('version=1', 'version=2'));
      renameSync(join(where.app, 'new'), join(where.app, 'app.py'));
      act(daemon, where);
      const shown = await served(where, ({ version }) => version === 2);
      expect(shown.hostname).toBe(hostname);
      const now = await daemon.running('site');
      expect(now.generation).toBe(old.generation + 1);
      expect(gone.length).toBeGreaterThanOrEqual(4);
      expect(gone.filter(isAlive)).toEqual([]);
    },
  );

  test('the daemon that is killed leaves nobody behind, and the next one starts in the same root', async () => {
    const where = site(root());
    const first = await emperor({ files: { 'site.ini': where.file('site-1') } });
    const { pid } = await first.running('site');
    await served(where);
    const old = crowd(pid);
    first.child.kill('SIGKILL');
    await first.exit;
    await until('the end of all', () => !old.some(isAlive));
    const second = await emperor({ files: { 'site.ini': where.file('site-2') } });
    await second.running('site');
    expect((await served(where)).hostname).toBe('site-2');
  });
});
