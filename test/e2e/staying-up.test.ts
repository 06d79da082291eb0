// What ends is started again as its policy says, and why it ended is told truly.
import { expect, test } from 'vitest';
import { emperor } from '../helpers/emperor.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const shell = (script: string) => `command = sh -c "${script}"`;

test('a stable vassal that is killed is back at once, in a new jail', async () => {
  const daemon = await emperor({
    files: { 'a.ini': vassal('command = sleep 1000', 'clone = fs,pid', 'stable-after = 0') },
  });
  const before = await daemon.running('a');
  process.kill(before.pid ?? 0, 'SIGKILL');
  const after = await daemon.until('a', (view) => view?.state === 'running' && view.generation === 2);
  expect(after).toMatchObject({ restarts: 1, lastExit: { signal: 'SIGKILL', code: null, reason: 'signal' } });
  expect(after.lastExit?.message).toMatch(/^killed by SIGKILL after /);
  expect(after.since - (after.lastExit?.at ?? 0)).toBeLessThan(0.2);
});

test('the end of a run is told before anything of the next one', async () => {
  const script = 'echo here; exec sleep 1000';
  const daemon = await emperor({ files: { 'a.ini': vassal(shell(script), 'stable-after = 0') } });
  const { pid } = await daemon.running('a');
  const events: string[] = [];
  const close = await daemon.onEvent(({ event, state }) => events.push(`${event} ${state}`));
  process.kill(pid ?? 0, 'SIGKILL');
  await daemon.said(/generation 2/);
  await until('the next run', () => events.includes('state running'));
  close();
  expect(events).toEqual(['exit starting', 'state starting', 'state running']);
  expect(daemon.output).toMatch(/ a: killed by SIGKILL .* a: running, generation 2/s);
  await until('its line', async () => (await daemon.logs('a')).length === 3);
  expect(await daemon.logs('a')).toEqual(['here', expect.stringMatching(/^killed by SIGKILL/), 'here']);
});

test('one that never becomes stable waits longer each time; an edit, start and SIGURG end the waiting', async () => {
  const text = (n: number) => vassal(shell(`exit ${n}`), 'restart-delay = 60');
  const daemon = await emperor({ files: { 'a.ini': text(3) } });
  const inBackoff = (generation: number) =>
    daemon.until('a', (view) => view?.state === 'backoff' && view.generation === generation);
  const first = await inBackoff(1);
  expect(first.lastExit).toMatchObject({ code: 3, reason: 'exit-code' });
  expect((first.nextStart ?? 0) - (first.lastExit?.at ?? 0)).toBeGreaterThan(50);
  daemon.put('a.ini', text(4));
  expect((await inBackoff(2)).lastExit).toMatchObject({ code: 4 });
  await daemon.act('start', 'a');
  await inBackoff(3);
  daemon.child.kill('SIGURG');
  // All of these were asked for.
  expect(await inBackoff(4)).toMatchObject({ restarts: 0 });
});

test('delays double', async () => {
  const daemon = await emperor({
    files: { 'a.ini': vassal(shell('exit 1'), 'restart-delay = 20ms', 'max-restart-delay = 70ms') },
  });
  await daemon.until('a', (view) => (view?.restarts ?? 0) >= 5);
  const delays = [...daemon.output.matchAll(/restart in (\d+) ms/g)].map(([, ms]) => Number(ms));
  for (const [index, least] of [18, 36, 63, 63].entries())
    expect(delays[index]).toBeGreaterThanOrEqual(least);
  for (const [index, most] of [22, 44, 77, 77].entries()) expect(delays[index]).toBeLessThanOrEqual(most);
});

test('restart = never, on-failure, start-limit', async () => {
  const daemon = await emperor({
    files: {
      'never.ini': vassal(shell('exit 5'), 'restart = never'),
      'good.ini': vassal(shell('exit 0'), 'restart = on-failure'),
      'bad.ini': vassal(shell('exit 6'), 'restart = on-failure', 'restart-delay = 1ms', 'start-limit = 3'),
    },
  });
  expect(await daemon.until('never', (view) => view?.state === 'exited')).toMatchObject({
    lastExit: { code: 5 },
    restarts: 0,
  });
  expect(await daemon.until('good', (view) => view?.state === 'exited')).toMatchObject({
    lastExit: { reason: 'success' },
  });
  const failed = await daemon.until('bad', (view) => view?.state === 'failed');
  expect(failed).toMatchObject({ generation: 3, lastExit: { code: 6 } });
  await daemon.said(/bad: exited with code 6.*start-limit: 3 ends in a row/);
});

test('what stop stops stays down through an edit, a touch and SIGHUP, until start', async () => {
  const daemon = await emperor({
    files: { 'a.ini': vassal('command = sleep 1000'), 'other.ini': vassal('command = sleep 1000') },
  });
  await daemon.running('a');
  expect(await daemon.act('stop', 'a')).toMatchObject({ status: 200, body: { ok: true, state: 'stopped' } });
  daemon.put('a.ini', vassal('command = sleep 1001'));
  daemon.child.kill('SIGHUP');
  daemon.put('other.ini', vassal('command = sleep 1001'));
  await daemon.until('other', (view) => view?.state === 'running' && view.generation === 2);
  await daemon.said(/config read again/);
  expect(await daemon.view('a')).toMatchObject({ state: 'stopped', pid: null });
  expect(await daemon.act('start', 'a')).toMatchObject({ status: 200, body: { state: 'running' } });
});

test('a command that ignores stop-signal is killed with its whole jail after stop-timeout', async () => {
  const stubborn = vassal(
    shell("trap '' TERM; (trap '' TERM; sleep 1000) & echo up; while :; do sleep 1000; done"),
    'stop-timeout = 200ms',
  );
  const daemon = await emperor({ files: { 'a.ini': stubborn } });
  await daemon.running('a');
  await daemon.said(/a \| up/);
  await daemon.act('stop', 'a');
  expect(await daemon.view('a')).toMatchObject({ state: 'stopped', lastExit: { reason: 'timeout-stop' } });
  await daemon.said(/did not end within stop-timeout: killed after/);
});

test('stop-signal and reload = signal', async () => {
  const script = "trap 'echo int; exit 0' INT; trap 'echo hup' HUP; echo up; while :; do sleep 0.02; done";
  const lines = (more: string) => vassal(shell(script), 'stop-signal = INT', 'reload = signal:HUP', more);
  const daemon = await emperor({ files: { 'a.ini': lines('stable-after = 1') } });
  await daemon.said(/a \| up/);
  // Nothing that needs a new jail: only the signal.
  daemon.put('a.ini', lines('stable-after = 2'));
  await daemon.said(/a \| hup/);
  expect(await daemon.view('a')).toMatchObject({ generation: 1 });
  daemon.put('a.ini', lines('umask = 077'));
  await daemon.said(/a \| int/);
  await daemon.until('a', (view) => view?.generation === 2 && view.state === 'running');
});

test('a failed set-up names step, errno and config line, and counts as an end', async () => {
  const daemon = await emperor({
    files: { 'a.ini': vassal('command = true', 'chdir = /no/such/place', 'restart-delay = 60') },
  });
  const view = await daemon.until('a', (each) => each?.state === 'backoff');
  expect(view.lastExit).toMatchObject({ reason: 'setup', code: null, signal: null });
  expect(view.lastExit?.message).toBe(
    `${daemon.path('a.ini')}:3:1: chdir /no/such/place: ENOENT, no such file or directory`,
  );
});

test('the newest exit is a fact of its own: code, signal, core', async () => {
  const daemon = await emperor({
    files: {
      'code.ini': vassal(shell('exit 77'), 'restart = never'),
      'signal.ini': vassal(shell('kill -USR1 $$'), 'restart = never'),
    },
  });
  const ends = async (name: string) =>
    (await daemon.until(name, (view) => view?.state === 'exited')).lastExit;
  expect(await ends('code')).toMatchObject({ code: 77, signal: null, reason: 'exit-code' });
  expect(await ends('signal')).toMatchObject({ code: null, signal: 'SIGUSR1', reason: 'signal' });
});

test('many at once: all up, none twice', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 100 }, (_, n) => [`v${n}.ini`, vassal('command = sleep 1000', 'clone = fs,pid')]),
  );
  const daemon = await emperor({ files });
  const views = await until('all running', async () => {
    const all = await daemon.ls();
    return all.every((view) => view.state === 'running') && all;
  });
  expect(new Set(views.map((view) => view.pid)).size).toBe(100);
  expect(views.every((view) => view.generation === 1)).toBe(true);
});

test('reload = none: reload leaves it as it is and says so', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal('command = sleep 1000', 'reload = none') } });
  const before = await daemon.running('a');
  expect(await daemon.act('reload', 'a')).toMatchObject({
    body: { ok: true, state: 'running', message: expect.stringContaining('reload = none') },
  });
  expect(await daemon.view('a')).toMatchObject({ pid: before.pid });
});

test('start of a stopped vassal with a bad text: it runs when the text is mended', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal('command = sleep 1000') } });
  await daemon.running('a');
  await daemon.act('stop', 'a');
  daemon.put('a.ini', vassal('comand = sleep 1000'));
  await daemon.until('a', (view) => view?.error !== null);
  expect(await daemon.act('start', 'a')).toMatchObject({ body: { ok: false, state: 'invalid' } });
  daemon.put('a.ini', vassal('command = sleep 1000'));
  await daemon.running('a');
});

test('the log says why what runs is ended', async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal('command = sleep 1000') } });
  await daemon.running('a');
  daemon.put('a.ini', vassal('command = sleep 1001'));
  await daemon.until('a', (view) => view?.state === 'running' && view.generation === 2);
  await daemon.said(/a: a\.ini changed: reloading/);
  await daemon.act('restart', 'a');
  await daemon.said(/a: restart: asked for/);
  await daemon.act('stop', 'a');
  await daemon.said(/a: stop: asked for/);
});

test('a crash loop is told of by powers of two, its starts too', async () => {
  const lines = [shell('exit 1'), 'restart-delay = 1ms', 'max-restart-delay = 1ms', 'start-limit = 20'];
  const daemon = await emperor({ files: { 'a.ini': vassal(...lines) } });
  await daemon.until('a', (view) => view?.state === 'failed');
  const told = (pattern: RegExp) => [...daemon.output.matchAll(pattern)].map(([, n]) => Number(n));
  expect(told(/a: running, generation (\d+)/g)).toEqual([1, 2, 3, 4, 5, 9, 17]);
  expect(told(/(\d+) ends in a row$/gm)).toEqual([4, 8, 16, 20]);
});
