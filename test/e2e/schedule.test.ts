// Which vassals start after which, how many are made of a file, and at which times: through the whole daemon.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emperor, isAlive } from '../helpers/emperor.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const sleeper = 'command = sleep 1000';

describe('after', () => {
  test('waits until the other one is ready, and says so', async () => {
    const go = join(tempDirectory(), 'go');
    const daemon = await emperor({
      files: {
        'a.ini': vassal('after = db', sleeper),
        'db.ini': vassal(
          'ready = fd:3',
          `command = sh -c "until [ -e ${go} ]; do sleep 0.02; done; echo >&3; exec sleep 1000"`,
        ),
      },
    });
    const waiting = await daemon.until('a', (view) => view?.waitingFor != null);
    expect(waiting).toMatchObject({ state: 'starting', pid: null, waitingFor: 'db (starting)' });
    await daemon.until('db', (view) => view?.pid != null);
    writeFileSync(go, '');
    await daemon.running('a');
    expect((await daemon.view('db'))?.state).toBe('running');
  });

  test('one that is not there may come; an operator need not wait', async () => {
    const daemon = await emperor({
      files: { 'a.ini': vassal('after = db', sleeper), 'b.ini': vassal('after = db', sleeper) },
    });
    expect((await daemon.until('a', (view) => view?.waitingFor != null)).waitingFor).toBe('db (not there)');
    expect((await daemon.act('start', 'b')).body).toMatchObject({ ok: true, state: 'running' });
    expect((await daemon.view('a'))?.state).toBe('starting');
    daemon.put('db.ini', vassal(sleeper));
    await daemon.running('a');
  });

  test('nobody who asks for a reload has to wait for that', async () => {
    const daemon = await emperor({ files: { 'a.ini': vassal('after = db', sleeper) } });
    await daemon.until('a', (view) => view?.waitingFor != null);
    expect((await daemon.act('reload', 'a')).body).toMatchObject({
      ok: true,
      state: 'starting',
      message: 'waiting for db (not there)',
    });
    await daemon.act('start', 'a');
    expect((await daemon.act('reload', 'a')).body).toMatchObject({
      ok: true,
      message: 'waiting for db (not there)',
    });
    expect((await daemon.act('restart', 'a')).body).toMatchObject({ ok: true, state: 'running' });
  });

  test('one that gave up or ended is not waited for', async () => {
    const daemon = await emperor({
      files: {
        'a.ini': vassal('after = db', 'after = once', sleeper),
        'db.ini': vassal('start-limit = 1', 'ready = notify', 'command = false'),
        'once.ini': vassal('restart = never', 'command = true'),
      },
    });
    await daemon.running('a');
    expect((await daemon.view('db'))?.state).toBe('failed');
  });

  test('one that waits can be stopped and removed', async () => {
    const daemon = await emperor({ files: { 'a.ini': vassal('after = db', sleeper) } });
    await daemon.until('a', (view) => view?.waitingFor != null);
    expect((await daemon.act('stop', 'a')).body).toMatchObject({ ok: true, state: 'stopped' });
    daemon.put('db.ini', vassal(sleeper));
    await daemon.running('db');
    expect((await daemon.view('a'))?.state).toBe('stopped');
    daemon.remove('a.ini');
    await daemon.until('a', (view) => view === undefined);
  });

  test('a cycle is an error that names it; what runs is left alone, and any end of it can be mended', async () => {
    const daemon = await emperor({
      files: { 'a.ini': vassal('after = b', sleeper), 'b.ini': vassal(sleeper) },
    });
    const { pid } = await daemon.running('a');
    const b = await daemon.running('b');
    daemon.put('b.ini', vassal('after = a', 'env = NEW=1', sleeper));
    const refused = await daemon.until('b', (view) => view?.error != null);
    expect(refused.pid).toBe(b.pid);
    expect(refused.error).toMatchObject({
      code: 'cycle',
      line: 2,
      message: 'these would wait for one another: b → a → b',
    });
    expect((await daemon.view('a'))?.pid).toBe(pid);
    daemon.put('a.ini', vassal(sleeper));
    const mended = await daemon.until('b', (view) => view?.error == null && view?.state === 'running');
    expect(mended.pid).not.toBe(b.pid);
  });

  test('itself is a cycle, too', async () => {
    const daemon = await emperor({ files: { 'a.ini': vassal('after = a', sleeper) } });
    expect((await daemon.until('a', (view) => view?.error != null)).error?.message).toContain('a → a');
  });

  test('at the end of the daemon whoever comes after goes first', async () => {
    const log = join(tempDirectory(), 'log');
    const slow = (name: string) =>
      `command = sh -c "trap 'sleep 0.2; echo ${name} >> ${log}; exit' TERM; while :; do sleep 0.05; done"`;
    const daemon = await emperor({
      files: {
        'a.ini': vassal('after = b', slow('a')),
        'b.ini': vassal('after = c', slow('b')),
        'c.ini': vassal('ready = delay:0.2', slow('c')),
      },
    });
    await daemon.running('a');
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(readFileSync(log, 'utf8')).toBe('a\nb\nc\n');
  });

  test('asked twice, all of them go at once', async () => {
    const deaf = `command = sh -c "trap '' TERM; while :; do sleep 0.05; done"`;
    const daemon = await emperor({
      files: { 'a.ini': vassal('after = b', deaf), 'b.ini': vassal(deaf) },
    });
    const { pid } = await daemon.running('b');
    await daemon.running('a');
    daemon.child.kill('SIGTERM');
    await daemon.said(/stopping 2 vassals/);
    daemon.child.kill('SIGTERM');
    expect(await daemon.exit).toEqual({ code: 0, signal: null });
    expect(isAlive(pid ?? 0)).toBe(false);
  });
});

describe('instances', () => {
  const three = (number: number, ...more: string[]) =>
    vassal(
      `instances = ${number}`,
      'env = NUMBER=%(instance)',
      ...more,
      'command = sh -c "echo I am $NUMBER; exec sleep 1000"',
    );
  const names = async (daemon: Awaited<ReturnType<typeof emperor>>) =>
    (await daemon.ls()).map(({ name }) => name);

  test('each has its number; another number of them concerns the difference alone', async () => {
    const daemon = await emperor({ files: { 'web.ini': three(2) } });
    const one = await daemon.running('web:1');
    await daemon.running('web:2');
    await daemon.said(/web:1 \| I am 1/);
    await daemon.said(/web:2 \| I am 2/);
    expect(await names(daemon)).toEqual(['web:1', 'web:2']);
    daemon.put('web.ini', three(3));
    await daemon.running('web:3');
    daemon.put('web.ini', three(1));
    await daemon.until('web:3', (view) => view === undefined);
    await daemon.until('web:2', (view) => view === undefined);
    expect(await daemon.view('web:1')).toMatchObject({ pid: one.pid, generation: 1 });
    daemon.put('web.ini', three(1, 'env = OTHER=1'));
    await daemon.until('web:1', (view) => view?.generation === 2 && view.state === 'running');
    daemon.remove('web.ini');
    await daemon.until('web:1', (view) => view === undefined);
  });

  test('from one without a number to several and back', async () => {
    const daemon = await emperor({ files: { 'web.ini': vassal(sleeper) } });
    await daemon.running('web');
    daemon.put('web.ini', three(2));
    await daemon.running('web:2');
    await daemon.until('web', (view) => view === undefined);
    daemon.put('web.ini', vassal(sleeper));
    await daemon.running('web');
    await daemon.until('web:1', (view) => view === undefined);
  });

  test('a bad text leaves all of them as they are, with what is wrong', async () => {
    const daemon = await emperor({ files: { 'web.ini': three(2) } });
    const one = await daemon.running('web:1');
    await daemon.running('web:2');
    daemon.put('web.ini', vassal('instances = 2', 'no-such-key = 1', sleeper));
    for (const name of ['web:1', 'web:2']) {
      const view = await daemon.until(name, (each) => each?.error != null);
      expect(view.state).toBe('running');
    }
    expect((await daemon.view('web:1'))?.pid).toBe(one.pid);
    expect(await names(daemon)).toEqual(['web:1', 'web:2']);
  });

  test('a name that another file has is refused, until it is free', async () => {
    const daemon = await emperor({ files: { 'web:2.ini': vassal(sleeper) } });
    await daemon.running('web:2');
    daemon.put('web.ini', three(2));
    await daemon.said(/web:2: .*web\.ini: refused: .*web:2\.ini has that name already/);
    await daemon.running('web:1');
    daemon.put('web:1.ini', vassal(sleeper));
    await daemon.said(/web:1\.ini: refused: .*web\.ini has that name already/);
    daemon.remove('web:2.ini');
    await daemon.said(/web:2 \| I am 2/);
  });

  test('others come after all of them', async () => {
    const daemon = await emperor({
      files: {
        'a.ini': vassal('after = web', sleeper),
        'web.ini': vassal('instances = 2', 'ready = delay:0.5', sleeper),
      },
    });
    await daemon.running('a');
    for (const name of ['web:1', 'web:2']) expect((await daemon.view(name))?.state).toBe('running');
  });
});

describe('cron', () => {
  test('waits for its time, shows it, and runs when it is told to', async () => {
    const mark = join(tempDirectory(), 'mark');
    const daemon = await emperor({
      files: { 'a.ini': vassal('cron = 30 4 1 1 *', `command = sh -c "echo ran >> ${mark}; exit 3"`) },
    });
    const view = await daemon.until('a', (each) => each?.state === 'waiting');
    const next = new Date((view.nextStart ?? 0) * 1000);
    expect([next.getMonth(), next.getDate(), next.getHours(), next.getMinutes()]).toEqual([0, 1, 4, 30]);
    expect(existsSync(mark)).toBe(false);
    await daemon.act('start', 'a');
    const after = await daemon.until('a', (each) => each?.state === 'waiting' && each.lastExit !== null);
    expect(after).toMatchObject({ lastExit: { code: 3 }, restarts: 0, nextStart: view.nextStart });
    expect(readFileSync(mark, 'utf8')).toBe('ran\n');
  });

  test('an edit moves the time, and leaves a run alone', async () => {
    const daemon = await emperor({ files: { 'a.ini': vassal('cron = 0 0 1 1 *', sleeper) } });
    const { nextStart } = await daemon.until('a', (each) => each?.state === 'waiting');
    daemon.put('a.ini', vassal('cron = 0 0 1 2 *', sleeper));
    await daemon.until('a', (each) => each?.state === 'waiting' && each.nextStart !== nextStart);
    await daemon.act('start', 'a');
    const { pid } = await daemon.running('a');
    daemon.put('a.ini', vassal('cron = 0 0 1 3 *', sleeper));
    await daemon.said(/a\.ini changed: left as it is/);
    expect(await daemon.view('a')).toMatchObject({ pid, state: 'running' });
    await daemon.act('stop', 'a');
    expect(await daemon.view('a')).toMatchObject({ state: 'stopped', nextStart: null });
    daemon.put('a.ini', vassal(sleeper));
    await daemon.act('start', 'a');
    await daemon.running('a');
  });

  test('from a vassal that runs always to one of times', async () => {
    const daemon = await emperor({ files: { 'a.ini': vassal('cron = 0 0 1 1 *', sleeper) } });
    await daemon.until('a', (each) => each?.state === 'waiting');
    daemon.put('a.ini', vassal(sleeper));
    await daemon.running('a');
    daemon.put('a.ini', vassal('cron = 0 0 1 1 *', 'reload = restart', sleeper));
    await daemon.until('a', (each) => each?.state === 'waiting');
    rmSync(daemon.path('a.ini'));
    await daemon.until('a', (each) => each === undefined);
  });
});
