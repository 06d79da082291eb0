// A re-exec in the middle of something: a reload by overlap, tenants, readers of streams, rotation of logs.
import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CliCall } from '../helpers/cli.ts';
import { emperor, isAlive, type TestEmperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { askReexec, Between, lasting, reexec, reexecs, replaced } from '../helpers/reexec.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { ANNA, homeOf, put, sh, tyrant } from '../helpers/tyrant.ts';
import { until } from '../helpers/until.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const SLEEP = 'command = sleep 1000';
const SLOW = { timeout: 60_000 };

/** Ready when there is a file `go`. */
function readyBy(go: string): string {
  const wait = `echo up; while [ ! -e ${go} ]; do sleep 0.05; done; echo >&5; exec sleep 1000`;
  return vassal('reload = overlap', 'ready = fd:5', `command = sh -c "${wait}"`);
}

const generation = (daemon: TestEmperor, name: string, wanted: number) =>
  daemon.until(name, (view) => view?.state === 'running' && view.generation === wanted, 30_000);

test('a reload by overlap comes to its end first', SLOW, async () => {
  const directory = tempDirectory();
  const go = (number: number) => join(directory, `go${number}`);
  writeFileSync(go(1), '');
  const daemon = await emperor({ files: { 'a.ini': readyBy(go(1)) } });
  const old = await daemon.running('a');
  daemon.put('a.ini', readyBy(go(2)));
  await until(
    'both are up',
    async () => (await daemon.logs('a')).filter((line) => line === 'up').length === 2,
  );
  const before = await reexecs(daemon);
  const asked = askReexec(daemon);
  await daemon.said(/gives way/, 30_000);
  expect(await daemon.view('a')).toMatchObject({ pid: old.pid, generation: 1 });
  writeFileSync(go(2), '');
  expect(await asked).toMatchObject({ ok: true });
  await replaced(daemon, before);
  const now = await generation(daemon, 'a', 2);
  expect(now.pid).not.toBe(old.pid);
  expect(isAlive(old.pid ?? 0)).toBe(false);
  // And the next one finds all as it was left.
  daemon.put('a.ini', readyBy(go(3)));
  writeFileSync(go(3), '');
  await generation(daemon, 'a', 3);
  await until('the second one is gone', () => !isAlive(now.pid ?? 0));
});

test('a reload by overlap that is asked for meanwhile has its turn after', SLOW, async () => {
  const daemon = await emperor({ files: { 'a.ini': vassal('reload = overlap', SLEEP) } });
  const old = await daemon.running('a');
  daemon.put('slow.ini', vassal('hook-as-vassal = exec:sleep 2', SLEEP));
  await daemon.until('slow', (view) => view?.state === 'starting');
  const before = await reexecs(daemon);
  daemon.child.kill('SIGUSR2');
  await daemon.said(/gives way/, 30_000);
  daemon.put('a.ini', vassal('reload = overlap', SLEEP, 'env = A=1'));
  await replaced(daemon, before);
  expect((await generation(daemon, 'a', 2)).pid).not.toBe(old.pid);
  await until('the old one is gone', () => !isAlive(old.pid ?? 0));
});

describeRoot('tyrant mode', () => {
  test("tenants' vassals and files stay theirs", SLOW, async () => {
    const daemon = await tyrant();
    const log = join(homeOf(daemon, ANNA), 'log');
    const ticks = sh('i=0; while :; do echo tick $i; i=$((i+1)); sleep 0.05; done');
    put(daemon, 'a.ini', ANNA, [ticks, `log = file:${log}`]);
    await daemon.running('a');
    const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []);
    await until('lines', () => lines().length > 2);
    const before = lasting(await daemon.view('a'));
    for (let times = 0; times < 2; times++) await reexec(daemon);
    expect(lasting(await daemon.view('a'))).toEqual(before);
    const seen = lines().length;
    await until('more lines', () => lines().length > seen + 2);
    expect(lines()).toEqual(lines().map((_, index) => `tick ${index}`));
    put(daemon, 'a.ini', ANNA, [sh('exec sleep 1000')]);
    const { uid, gid } = await generation(daemon, 'a', 2);
    expect([uid, gid]).toEqual([ANNA, ANNA]);
    put(daemon, 'b.ini', 0, [SLEEP]);
    await daemon.until('b', (view) => view?.state === 'invalid');
  });
});

interface Told {
  readonly seq: number;
  readonly vassal: string;
  readonly event: string;
  readonly state: string;
}

test('who follows logs and events misses nothing', SLOW, async () => {
  const between = new Between();
  const ticks = `command = sh -c 'i=0; while :; do echo tick $i; i=$((i+1)); sleep 0.05; done'`;
  const daemon = await emperor({
    env: between.env,
    files: { 'a.ini': vassal(ticks), 'b.ini': vassal(SLEEP, 'restart-delay = 0.1', 'stable-after = 0') },
  });
  await daemon.running('a');
  await daemon.running('b');
  const follow = (...words: string[]) => {
    const call = new CliCall([...words, '--json', '--control', daemon.control]);
    onTestFinished(() => void call.child.kill('SIGKILL'));
    return call;
  };
  const logs = follow('logs', '-f', 'a');
  const events = follow('events');
  await logs.said(/tick/);
  // It says nothing of its own when it has begun to listen.
  let tries = 0;
  await until('somebody who hears', () => {
    if (events.stdout === '') daemon.put('heard.ini', vassal(`command = sleep ${++tries}000`));
    return events.stdout !== '';
  });
  const kill = async () => {
    const { pid, generation: before } = await daemon.running('b');
    process.kill(pid ?? 0, 'SIGKILL');
    return before + 1;
  };
  await generation(daemon, 'b', await kill());
  for (let times = 0; times < 2; times++) {
    // Whom it runs is asked for before: nobody would answer then.
    const { pid, generation: former } = await daemon.running('b');
    await between.during(daemon, () => void process.kill(pid ?? 0, 'SIGKILL'));
    await generation(daemon, 'b', former + 1);
  }
  const whole = ({ stdout }: CliCall) => stdout.slice(0, stdout.lastIndexOf('\n')).split('\n');
  const toldEvents = () => whole(events).map((line) => JSON.parse(line) as Told);
  const ofB = () => toldEvents().filter(({ vassal: name }) => name === 'b');
  await until('three starts', () => ofB().filter(({ state }) => state === 'running').length === 3);
  const told = toldEvents();
  expect(told.map(({ seq }) => seq)).toEqual(told.map((_, index) => (told[0]?.seq ?? 0) + index));
  expect(ofB().filter(({ event }) => event === 'exit')).toHaveLength(3);
  const seen = logs.stdout.length;
  await until('more lines', () => logs.stdout.length > seen);
  const ticked = whole(logs)
    .map((line) => (JSON.parse(line) as { text: string }).text)
    .filter((text) => text.startsWith('tick'));
  const [first] = ticked.map((text) => Number(text.slice(5)));
  expect(ticked).toEqual(ticked.map((_, index) => `tick ${(first ?? 0) + index}`));
  expect([events.stderr, logs.stderr]).toEqual(['', '']);
});

test('logs are rotated meanwhile, and nothing is lost or left behind', { timeout: 90_000 }, async () => {
  const log = join(tempDirectory(), 'log');
  const ticks = `command = sh -c 'i=0; while :; do echo tick $i; i=$((i+1)); sleep 0.01; done'`;
  const daemon = await emperor({ files: { 'a.ini': vassal(ticks, `log = file:${log}`) } });
  await daemon.running('a');
  await until('lines', () => existsSync(log) && readFileSync(log, 'utf8').length > 100);
  await reexec(daemon);
  const before = await settled(daemon);
  const ROUNDS = 4;
  for (let round = 1; round <= ROUNDS; round++) {
    const done = await reexecs(daemon);
    daemon.child.kill('SIGUSR2');
    renameSync(log, `${log}.${round}`);
    daemon.child.kill('SIGUSR1');
    await replaced(daemon, done);
    await until('another file', () => existsSync(log) && readFileSync(log, 'utf8').length > 100);
  }
  expect(await settled(daemon, before)).toEqual(before);
  expect((await daemon.act('stop', 'a')).status).toBe(200);
  const files = Array.from({ length: ROUNDS }, (_, index) => `${log}.${index + 1}`);
  const written = [...files, log].flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'));
  const said = written.filter((line) => line.startsWith('tick'));
  expect(said.length).toBeGreaterThan(100);
  expect(said).toEqual(said.map((_, index) => `tick ${index}`));
  const ring = (await daemon.logs('a')).filter((line) => line.startsWith('tick'));
  expect(ring).toEqual(said.slice(-ring.length));
});

interface Holdings {
  /** Of each kind, how many descriptors. */
  readonly fds: Readonly<Record<string, number>>;
  readonly threads: number;
  readonly children: number;
}

function holdings({ pid }: TestEmperor): Holdings {
  const fds: Record<string, number> = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const kind = linkOf(`/proc/${pid}/fd/${fd}`)
      ?.replace(/:\[\d+\]$/, '')
      .replace(/log\.\d$/, 'log');
    if (kind !== undefined) fds[kind] = (fds[kind] ?? 0) + 1;
  }
  const threads = readdirSync(`/proc/${pid}/task`);
  const children = threads.flatMap((thread) => childrenOf(pid, thread)).length;
  return { fds, threads: threads.length, children };
}

/** Of a thread: it may have ended just now. */
function childrenOf(pid: number, thread: string): string[] {
  const path = `/proc/${pid}/task/${thread}/children`;
  return existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean) : [];
}

/** Undefined: it was closed just now. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** When it is as it is `wanted`, or has come to rest. */
async function settled(daemon: TestEmperor, wanted?: Holdings): Promise<Holdings> {
  let last = JSON.stringify(holdings(daemon));
  let same = 0;
  await until('rest', async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = JSON.stringify(holdings(daemon));
    same = now === last ? same + 1 : 0;
    last = now;
    return same >= 10 || now === JSON.stringify(wanted);
  });
  return JSON.parse(last) as Holdings;
}

test(
  'new code that dies after all takes everybody along, and the next daemon starts clean',
  SLOW,
  async () => {
    const between = new Between();
    const files = { 'a.ini': vassal(SLEEP), 'b.ini': vassal('clone = pid', SLEEP) };
    const daemon = await emperor({ env: between.env, files });
    const pids = [(await daemon.running('a')).pid, (await daemon.running('b')).pid];
    daemon.child.kill('SIGUSR2');
    await between.entered();
    daemon.child.kill('SIGKILL');
    await daemon.exit;
    await until('all are gone', () => pids.every((pid) => !isAlive(pid ?? 0)));
    const next = await emperor({ control: daemon.control, files });
    await next.running('a');
    await next.running('b');
  },
);
