// A uWSGI vassal's life under the built daemon: ready, loyal, reloaded in its place, stopped, killed, gone with the daemon.
import { readFileSync, utimesSync } from 'node:fs';
import { expect, test } from 'vitest';
import { emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { until } from '../helpers/until.ts';
import { Load, processesWith, UwsgiApp } from '../helpers/uwsgi.ts';

const touch = (daemon: TestEmperor, file: string) => utimesSync(daemon.path(file), new Date(), new Date());
const JAIL = ['clone = fs,ipc,pid,uts'];

describeWith('uwsgi_python3', 'a uWSGI vassal', () => {
  test('runs when it serves, is loyal when it has served, and ends with its file', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini([], JAIL) } });
    const { pid, ...view } = await daemon.running('web');
    expect(view).toMatchObject({ ready: true, loyal: false, generation: 1 });
    expect(await app.ask()).toMatchObject({ version: 'one', uid: 0 });
    await daemon.until('web', (each) => each?.loyal === true);
    const before = Date.now();
    daemon.remove('web.ini');
    await daemon.until('web', (each) => each === undefined);
    expect(Date.now() - before).toBeLessThan(3000);
    expect(daemon.output).toMatch(/received message 0 from emperor/);
    expect(daemon.output).toMatch(/web: exited with code 0 after/);
    expect(isAlive(pid ?? 0)).toBe(false);
  });

  test('a touch is a reload in its place, and no request fails', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini(['processes = 2'], JAIL) } });
    const { pid } = await daemon.running('web');
    await app.ask();
    const requests = new Load(app);
    for (const version of ['two', 'three']) {
      app.version(version);
      touch(daemon, 'web.ini');
      await until(`version ${version}`, async () => (await app.ask()).version === version);
      await daemon.until('web', (view) => view?.ready === true);
      const { answered } = requests;
      await until('more requests', () => requests.answered > answered + 200);
    }
    await requests.stop();
    expect(requests.failed).toEqual([]);
    expect(await daemon.view('web')).toMatchObject({ pid, generation: 1, restarts: 0, state: 'running' });
  });

  test('`tsjail reload` waits until it is ready again', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini() } });
    const { pid } = await daemon.running('web');
    app.version('two');
    const { body } = await daemon.act('reload', 'web');
    expect(body).toMatchObject({ ok: true, message: `reloaded, pid ${pid}` });
    expect(await app.ask()).toMatchObject({ version: 'two' });
  });

  test('what [vassal] says needs a new jail', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini() } });
    const before = await daemon.running('web');
    daemon.put('web.ini', app.ini([], ['clone = uts', 'hostname = other']));
    const after = await daemon.until('web', (view) => view?.generation === 2 && view.state === 'running');
    expect(after.pid).not.toBe(before.pid);
    expect(after.namespaces?.uts).not.toBe(before.namespaces?.uts);
  });

  test.each([
    [
      'an option that strict does not know',
      ['strict = true', 'moduel = app'],
      /\[strict-mode\] unknown config directive: moduel/,
    ],
    ['an include that is not there', ['include = /none.ini'], /\/none\.ini.*No such file/],
  ])('a bad text harms nothing that runs: %s', async (_, lines, reason) => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini() } });
    const { pid } = await daemon.running('web');
    daemon.put('web.ini', app.ini(lines));
    const kept = await daemon.until('web', (view) => view?.error !== null);
    expect(kept).toMatchObject({ state: 'running', pid, error: { line: 1, code: 'refused' } });
    expect(kept.error?.message).toMatch(reason);
    expect((await daemon.act('reload', 'web')).body).toMatchObject({ ok: false, state: 'running' });
    expect(await app.ask()).toMatchObject({ version: 'one' });
    app.version('two');
    daemon.put('web.ini', app.ini());
    await until('version two', () => app.serves('two'));
    expect(await daemon.view('web')).toMatchObject({ pid, error: null });
  });

  test.each([
    ['was ready', 0],
    ['has served', 1],
  ])('killed after it %s, it is back at once', async (_, requests) => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini([], JAIL) } });
    const { pid } = await daemon.running('web');
    for (let n = 0; n < requests; n++) await app.ask();
    await daemon.until('web', (view) => view?.loyal === requests > 0);
    process.kill(pid ?? 0, 'SIGKILL');
    const back = await daemon.until('web', (view) => view?.generation === 2 && view.state === 'running');
    expect(daemon.output).not.toMatch(/restart in/);
    // Less than 0.1 s where nothing else keeps the machine busy.
    expect(back.since - (back.lastExit?.at ?? 0)).toBeLessThan(1);
  });

  test('the end of the daemon is its end', async () => {
    const app = new UwsgiApp();
    const files = { 'a.ini': app.ini(['processes = 2', 'uid = nobody'], JAIL), 'b.ini': '' };
    files['b.ini'] = files['a.ini'].replace(JAIL[0] ?? '', 'clone = uts').replace('http.sock', 'b.sock');
    const daemon = await emperor({ files, env: { TEST_OF: app.directory } });
    const { jailerPid } = await daemon.running('a');
    await daemon.running('b');
    // Ready is who has one worker; the others follow.
    await until('all workers', () => processesWith(app.directory).length === 1 + 3 + 3);
    await daemon.stop('SIGKILL');
    const isGone = () => processesWith(app.directory).length === 0 && !isAlive(jailerPid ?? 0);
    await until('nobody is left', isGone, 3000);
  });

  test('emperor-graceful-shutdown lets requests end', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini() }, args: ['--emperor-graceful-shutdown'] });
    await daemon.running('web');
    await app.ask();
    const slow = app.ask(2);
    await until('it is in work', () => app.isAsked);
    await daemon.act('stop', 'web');
    expect(await slow).toMatchObject({ version: 'one' });
    expect(daemon.output).toMatch(/received message 2 from emperor/);
    expect(await daemon.view('web')).toMatchObject({ lastExit: { code: 0 } });
  });

  test('one that does not listen is killed when its time is over', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({
      files: { 'web.ini': app.ini() },
      env: { TEST_OF: app.directory },
      args: ['--emperor-curse-tolerance=1'],
    });
    const { pid } = await daemon.running('web');
    process.kill(pid ?? 0, 'SIGSTOP');
    daemon.remove('web.ini');
    await daemon.said(/web: did not end within stop-timeout: killed/);
    await until('only the daemon is left', () => processesWith(app.directory).length === 1);
  });

  test('an app that does not load is told in words, and tried again later and later', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini(['module = none']) } });
    await daemon.said(/web: exited with code 22 \(its application could not be loaded\) after .*restart in/);
    expect(await daemon.view('web')).toMatchObject({ lastExit: { code: 22, reason: 'exit-code' } });
  });

  test('one that has nothing to do says so, and stays down until its file is touched', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({ files: { 'web.ini': app.ini(['idle = 1', 'die-on-idle = true']) } });
    await daemon.until('web', (view) => view?.state === 'exited');
    expect(await daemon.view('web')).toMatchObject({ lastExit: { code: 0 }, restarts: 0 });
    touch(daemon, 'web.ini');
    await daemon.until('web', (view) => view?.state === 'running' && view.generation === 2);
  });

  test('one that has given signs of life must go on with them', async () => {
    const app = new UwsgiApp();
    const daemon = await emperor({
      files: { 'web.ini': app.ini(['heartbeat = 1']), 'mute.ini': app.ini().replace('http.sock', 'm.sock') },
      env: { TEST_OF: app.directory },
      args: ['--emperor-required-heartbeat=3'],
    });
    const { pid } = await daemon.running('web');
    const mute = await daemon.running('mute');
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(await daemon.view('web')).toMatchObject({ pid });
    for (const each of processesWith(app.directory))
      if (parentOf(each) === pid || each === pid) process.kill(each, 'SIGSTOP');
    await daemon.said(/gave no sign of life within heartbeat-timeout: killed/);
    expect(await daemon.until('web', (view) => view?.generation === 2)).toMatchObject({
      lastExit: { reason: 'heartbeat' },
    });
    expect(await daemon.view('mute')).toMatchObject({ pid: mute.pid });
  });
});

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? -1);
}
