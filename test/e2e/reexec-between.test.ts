// What happens while the daemon's old code is no more and the new one has not begun: nothing of it is missed.
import { rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { VassalView } from '../../src/emperor/view.ts';
import { emperor, isAlive } from '../helpers/emperor.ts';
import { Between, lasting } from '../helpers/reexec.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const SLEEP = 'command = sleep 1000';
const SLOW = { timeout: 60_000 };

async function gone(pid: number | null): Promise<void> {
  await until(`the end of ${pid}`, () => !isAlive(pid ?? 0));
}

test.each([
  ['with a pid namespace', ['clone = pid']],
  ['without one', []],
  ['without an init', ['clone = pid', 'init = false']],
])('an exit is told as what it was: %s', SLOW, async (_name, lines) => {
  const between = new Between();
  const exits = `command = sh -c "trap 'exit 7' USR1; while :; do sleep 0.05; done"`;
  const daemon = await emperor({
    env: between.env,
    files: {
      'code.ini': vassal(...lines, exits, 'restart-delay = 60', 'stable-after = 1000'),
      'killed.ini': vassal(...lines, SLEEP, 'restart-delay = 60', 'stable-after = 1000'),
    },
  });
  const code = await daemon.running('code');
  const killed = await daemon.running('killed');
  await between.during(daemon, async () => {
    process.kill(code.pid ?? 0, 'SIGUSR1');
    process.kill(killed.pid ?? 0, 'SIGKILL');
    await gone(code.pid);
    await gone(killed.pid);
  });
  const after = await daemon.until('code', (view) => view?.state === 'backoff');
  expect(after).toMatchObject({ generation: 1, lastExit: { code: 7, signal: null, reason: 'exit-code' } });
  expect(await daemon.until('killed', (view) => view?.state === 'backoff')).toMatchObject({
    lastExit: { code: null, signal: 'SIGKILL', reason: 'signal' },
  });
});

test('files that change, come and go meanwhile are seen', SLOW, async () => {
  const between = new Between();
  const included = join(tempDirectory(), 'more.ini');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(included, '[vassal]\nenv = A=1\n');
  const daemon = await emperor({
    env: between.env,
    files: {
      'edited.ini': vassal(SLEEP),
      'removed.ini': vassal(SLEEP),
      'same.ini': vassal(SLEEP),
      'including.ini': vassal(SLEEP, `include = ${included}`),
    },
  });
  for (const name of ['edited', 'removed', 'same', 'including']) await daemon.running(name);
  const same = lasting(await daemon.view('same'));
  await between.during(daemon, () => {
    daemon.put('edited.ini', vassal('command = sleep 2000'));
    daemon.put('new.ini', vassal(SLEEP));
    daemon.remove('removed.ini');
    writeFileSync(included, '[vassal]\nenv = A=2\n');
  });
  await daemon.until('edited', (view) => view?.generation === 2 && view.state === 'running');
  await daemon.until('including', (view) => view?.generation === 2 && view.state === 'running');
  await daemon.running('new');
  await daemon.until('removed', (view) => view === undefined);
  expect(lasting(await daemon.view('same'))).toEqual(same);
});

test('a directory that vanished is no reason to stop anybody', SLOW, async () => {
  const between = new Between();
  const daemon = await emperor({ env: between.env, files: { 'a.ini': vassal(SLEEP) } });
  const { pid } = await daemon.running('a');
  await between.during(daemon, () => rmSync(daemon.vassals, { recursive: true }));
  await daemon.said(/cannot be read/);
  expect(await daemon.view('a')).toMatchObject({ pid, state: 'running' });
});

test('signals wait for the new code: a stop is a stop in order', SLOW, async () => {
  const between = new Between();
  const command = `command = sh -c "trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done"`;
  const daemon = await emperor({ env: between.env, files: { 'a.ini': vassal(command) } });
  await daemon.running('a');
  daemon.child.kill('SIGUSR2');
  await between.entered();
  for (const signal of ['SIGHUP', 'SIGUSR1', 'SIGURG', 'SIGWINCH'] as const) daemon.child.kill(signal);
  daemon.child.kill('SIGTERM');
  between.leave();
  expect(await daemon.exit).toEqual({ code: 0, signal: null });
  expect(daemon.output).toMatch(/bye/);
  expect(daemon.output).toMatch(/everything is down/);
  expect(daemon.output).not.toMatch(/Debugger/);
});

test('signals wait for the new code: a reload is one', SLOW, async () => {
  const between = new Between();
  const directory = tempDirectory();
  const config = join(directory, 'emperor.ini');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(config, '[emperor]\nvassals-set = env=A=1\n');
  const daemon = await emperor({
    env: between.env,
    args: ['--config', config],
    files: { 'a.ini': vassal(SLEEP) },
  });
  await daemon.running('a');
  await between.during(daemon, () => {
    for (let times = 0; times < 20; times++) daemon.child.kill('SIGUSR1');
    daemon.child.kill('SIGHUP');
  });
  await daemon.said(/config read again/);
  expect(await daemon.running('a')).toMatchObject({ generation: 1 });
  // What was changed meanwhile without a word is what a new daemon goes by.
  await between.during(daemon, () => writeFileSync(config, '[emperor]\nvassals-set = env=A=2\n'));
  await daemon.until('a', (view) => view?.generation === 2 && view.state === 'running');
  // One that has become bad is not.
  await between.during(daemon, () => writeFileSync(config, '[emperor]\nno-such-key = 1\n'));
  expect(await daemon.running('a')).toMatchObject({ generation: 2 });
});

test('who connects meanwhile is served: to the control socket, and to a vassal on demand', SLOW, async () => {
  const between = new Between();
  const path = join(tempDirectory(), 's');
  const daemon = await emperor({
    env: between.env,
    files: {
      'a.ini': vassal(`socket = ${path}`, 'on-demand = true', SLEEP),
      'b.ini': vassal(SLEEP),
    },
  });
  await daemon.until('a', (view) => view?.state === 'waiting' && view.sockets.length > 0);
  const { pid } = await daemon.running('b');
  let answer: Promise<VassalView[]> | undefined;
  await between.during(daemon, async () => {
    answer = daemon.ls();
    const connection = createConnection(path);
    await new Promise((resolve) => connection.on('connect', resolve));
    connection.destroy();
  });
  expect((await answer)?.find(({ name }) => name === 'b')?.pid).toBe(pid);
  expect(await daemon.running('a')).toMatchObject({ generation: 1 });
});

test('clocks go on: of a backoff, and of a start', SLOW, async () => {
  const between = new Between();
  const daemon = await emperor({
    env: between.env,
    files: {
      'soon.ini': vassal('command = sh -c "exit 3"', 'restart-delay = 6', 'max-restart-delay = 6'),
      'late.ini': vassal('ready = notify', 'start-timeout = 6', 'restart-delay = 60', SLEEP),
    },
  });
  const before = await daemon.until('soon', (view) => view?.state === 'backoff' && view.nextStart !== null);
  await daemon.until('late', (view) => view?.state === 'starting' && view.pid !== null);
  await between.during(daemon, () => {});
  const after = await daemon.view('soon');
  if (after?.state === 'backoff' && after.restarts === before.restarts)
    expect(after.nextStart).toBe(before.nextStart);
  const { lastExit } = await daemon.until(
    'soon',
    (view) => view?.generation === before.generation + 1 && view.state === 'backoff',
  );
  expect((lastExit?.at ?? 0) - (before.nextStart ?? 0)).toBeGreaterThan(-0.1);
  expect((lastExit?.at ?? 0) - (before.nextStart ?? 0)).toBeLessThan(4);
  const late = await daemon.until('late', (view) => view?.lastExit?.reason === 'timeout-start');
  expect(late.generation).toBe(1);
});
