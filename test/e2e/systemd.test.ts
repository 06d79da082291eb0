// The daemon as a service of systemd's, which these tests play: what it says by sd_notify(3), and a control socket that it is given.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { emperor, startEmperor } from '../helpers/emperor.ts';
import { givenSocket } from '../helpers/given-socket.ts';
import { isHeard, NotifySocket } from '../helpers/notify-socket.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const SLEEPER = '[vassal]\ncommand = sleep 1000\n';
const isReady = isHeard('READY', '1');

function underManager(options: Parameters<typeof emperor>[0] = {}) {
  const manager = new NotifySocket();
  const env = { ...options.env, NOTIFY_SOCKET: manager.path };
  return { manager, daemon: emperor({ ...options, env }) };
}

test('READY when every vassal of the first scan has begun, with a status that is kept up to date', async () => {
  const files = { 'a.ini': SLEEPER, 'b.ini': SLEEPER, 'bad.ini': '[vassal]\ncomand = x\n' };
  const { manager, daemon: starting } = underManager({ files });
  const daemon = await starting;
  const ready = await manager.until(isReady);
  expect(manager.heard[0]).toEqual(ready);
  expect(ready.STATUS).toBe('governing 3 vassals: 2 running, 1 invalid');
  // At the very moment of READY=1 they were running.
  expect((await daemon.ls()).map(({ state }) => state)).toEqual(['running', 'running', 'invalid']);
  daemon.remove('bad.ini');
  daemon.put('c.ini', '[vassal]\ncommand = true\nrestart = never\n');
  await manager.until(isHeard('STATUS', 'governing 3 vassals: 2 running, 1 exited'));
});

test('one that waits for others, or is never ready itself, holds up nobody', async () => {
  const files = {
    'never.ini': '[vassal]\ncommand = sleep 1000\nready = notify\n',
    'later.ini': '[vassal]\ncommand = sleep 1000\nafter = nobody\n',
    'fails.ini': '[vassal]\ncommand = /nobody/has/this\nrestart = never\n',
  };
  const { manager, daemon } = underManager({ files });
  await daemon;
  expect((await manager.until(isReady)).STATUS).toMatch(/2 starting, 1 exited/);
});

test('one in set-up is waited for', async () => {
  const gate = join(tempDirectory(), 'gate');
  const files = {
    'slow.ini': `[vassal]\ncommand = sleep 1000\nexec-as-user = until [ -e ${gate} ]; do sleep 0.05; done\n`,
  };
  const { manager, daemon: starting } = underManager({ files });
  const daemon = await starting;
  await daemon.until('slow', (view) => view?.state === 'starting' && view.jailerPid !== null);
  expect(manager.heard).toEqual([]);
  daemon.child.kill('SIGHUP');
  await daemon.said(/config read again/);
  expect(manager.heard).toEqual([]);
  writeFileSync(gate, '');
  await manager.until(isReady);
});

test('HUP: RELOADING with the time, then READY, also when the new config is bad', async () => {
  const { manager, daemon: starting } = underManager({ files: { 'a.ini': SLEEPER } });
  const daemon = await starting;
  await manager.until(isReady);
  const from = manager.heard.length;
  const before = process.hrtime.bigint() / 1000n;
  daemon.child.kill('SIGHUP');
  const reloading = await manager.until(isHeard('RELOADING', '1'), from);
  const at = BigInt(reloading.MONOTONIC_USEC ?? 0);
  expect(at >= before && at <= process.hrtime.bigint() / 1000n).toBe(true);
  expect((await manager.until(isReady, from)).STATUS).toBe('governing 1 vassal: 1 running');
  const order = manager.heard.slice(from);
  expect(order.findIndex((each) => each.RELOADING)).toBeLessThan(order.findIndex((each) => each.READY));
});

test('a bad config is told in the status until it is mended', async () => {
  const config = join(tempDirectory(), 'emperor.ini');
  writeFileSync(config, '[emperor]\n');
  const { manager, daemon: starting } = underManager({ args: ['--config', config] });
  const daemon = await starting;
  await manager.until(isReady);
  const reload = async () => {
    const from = manager.heard.length;
    daemon.child.kill('SIGHUP');
    return (await manager.until(isReady, from)).STATUS;
  };
  writeFileSync(config, '[emperor]\nemperor-frec = 3\n');
  expect(await reload()).toBe('governing 0 vassals; the new config is bad: the old one stays');
  writeFileSync(config, '[emperor]\n');
  expect(await reload()).toBe('governing 0 vassals');
});

test('STOPPING, and more time while a vassal is within its stop-timeout', async () => {
  const deaf = join(tempDirectory(), 'deaf');
  const files = {
    'a.ini': `[vassal]\ncommand = sh -c "trap '' TERM; : > ${deaf}; while :; do sleep 1; done"\nstop-timeout = 6\n`,
  };
  const { manager, daemon: starting } = underManager({ files });
  const daemon = await starting;
  await manager.until(isReady);
  await until('it hears no SIGTERM', () => existsSync(deaf));
  const gone = daemon.stop();
  expect((await manager.until(isHeard('STOPPING', '1'))).STATUS).toMatch(/^stopping 1 vassal: /);
  await manager.until(isHeard('EXTEND_TIMEOUT_USEC', '15000000'));
  expect(await gone).toEqual({ code: 0, signal: null });
  expect(manager.heard.filter(isReady)).toHaveLength(1);
});

test('the watchdog is fed while the loop turns, and not when it is stopped', async () => {
  const { manager, daemon: starting } = underManager({ env: { WATCHDOG_USEC: '400000' } });
  const daemon = await starting;
  const feeds = () => manager.heard.filter(isHeard('WATCHDOG', '1')).length;
  await until('it is fed', () => feeds() >= 4);
  daemon.child.kill('SIGSTOP');
  const before = feeds();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  // One may have been on its way.
  expect(feeds() - before).toBeLessThanOrEqual(1);
  daemon.child.kill('SIGCONT');
  const now = feeds();
  await until('it is fed again', () => feeds() > now + 1);
});

test('a watchdog of another process is not ours', async () => {
  const { manager, daemon } = underManager({ env: { WATCHDOG_USEC: '100000', WATCHDOG_PID: '1' } });
  await daemon;
  await manager.until(isReady);
  expect(manager.heard.filter(isHeard('WATCHDOG', '1'))).toEqual([]);
});

test('a flood of changes is no flood of status texts', async () => {
  const files = { 'a.ini': '[vassal]\ncommand = sleep 0.01\nrestart-delay = 0\nmax-restart-delay = 10ms\n' };
  const { manager, daemon: starting } = underManager({ files });
  const daemon = await starting;
  await manager.until(isReady);
  await daemon.until('a', (view) => (view?.generation ?? 0) > 20);
  const since = Date.now();
  await daemon.until('a', (view) => (view?.generation ?? 0) > 60);
  const texts = manager.heard.filter((each) => each.STATUS !== undefined).length;
  expect(texts).toBeLessThanOrEqual(4 + (Date.now() - since) / 500);
});

test('nothing of it reaches a vassal', async () => {
  const own = {
    NOTIFY_SOCKET: '',
    WATCHDOG_USEC: '60000000',
    MEMORY_PRESSURE_WATCH: '/x',
    RUNTIME_DIRECTORY: '/run/tsjail',
  };
  const manager = new NotifySocket();
  const files = { 'a.ini': '[vassal]\ncommand = sh -c "env; echo over; exec sleep 1000"\n' };
  const daemon = await emperor({
    files,
    env: { ...own, NOTIFY_SOCKET: manager.path, LISTEN_FDS: '1', LISTEN_PID: '1' },
  });
  await daemon.running('a');
  const lines = await until('its environment', async () => {
    const said = await daemon.logs('a');
    return said.includes('over') && said;
  });
  const told = lines.filter((line) =>
    /^(NOTIFY|WATCHDOG|LISTEN|MEMORY_PRESSURE|RUNTIME_DIR|INVOCATION)/.test(line),
  );
  expect(told).toEqual([]);
});

/** As systemd does it: the number of the process is known only to itself. */
const GIVEN = ['sh', '-c', 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', 'sh'];

test('a control socket that is given is used, and stays when the daemon has gone', async () => {
  const path = join(tempDirectory(), 'given.sock');
  const fd = await givenSocket(path);
  const options = {
    files: { 'a.ini': SLEEPER },
    fds: [fd],
    wrapper: GIVEN,
    env: { LISTEN_FDNAMES: 'control' },
    control: path,
  };
  for (let times = 0; times < 2; times++) {
    const daemon = startEmperor(options);
    // Who comes early waits for an answer that is true.
    expect((await daemon.ls()).map(({ name }) => name)).toEqual(['a']);
    await daemon.running('a');
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(path)).toBe(true);
  }
  // Nor does one that dies take it along, or who cleans up after it.
  const killed = await emperor(options);
  await killed.stop('SIGKILL');
  const next = await emperor(options);
  await next.running('a');
  expect(existsSync(path)).toBe(true);
});

test('a re-exec is a reload: the new program says READY, feeds on, and has the given socket still', async () => {
  const path = join(tempDirectory(), 'given.sock');
  const fd = await givenSocket(path);
  const env = { LISTEN_FDNAMES: 'control', WATCHDOG_USEC: '2000000' };
  const options = { files: { 'a.ini': SLEEPER }, fds: [fd], wrapper: GIVEN, control: path, env };
  const { manager, daemon: starting } = underManager(options);
  const daemon = await starting;
  await manager.until(isReady);
  const { pid } = await daemon.running('a');
  for (let times = 0; times < 2; times++) {
    const from = manager.heard.length;
    daemon.child.kill('SIGUSR2');
    await manager.until(isHeard('STATUS', 'replacing its program'), from);
    expect((await manager.until(isReady, from)).STATUS).toBe('governing 1 vassal: 1 running');
    await manager.until(isHeard('WATCHDOG', '1'), manager.heard.length);
    expect((await daemon.running('a')).pid).toBe(pid);
  }
  await daemon.stop();
  expect(existsSync(path)).toBe(true);
});

test('one that listens elsewhere than the commands look is refused', async () => {
  const fd = await givenSocket(join(tempDirectory(), 'given.sock'));
  const daemon = startEmperor({
    fds: [fd],
    wrapper: GIVEN,
    env: { LISTEN_FDNAMES: 'control' },
  });
  expect((await daemon.exit).code).toBe(2);
  expect(daemon.output).toMatch(/descriptor 3, given as control socket, listens on .*given\.sock, not on /);
});
