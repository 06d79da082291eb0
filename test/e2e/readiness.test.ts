// How a vassal comes to be running, and what becomes of one that does not, through the whole daemon.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tsjail } from '../helpers/cli.ts';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { perl, sayAndStay } from '../helpers/sd-notify.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const vassal = (...lines: string[]) => ['[vassal]', ...lines, ''].join('\n');
const command = (script: string) => `command = sh -c ${JSON.stringify(script).replace(/\$/g, '\\$')}`;
const governs = (...lines: string[]): Promise<TestEmperor> =>
  emperor({ files: { 'a.ini': vassal(...lines) } });

/** A shell script that waits for the file to come. */
const untilFile = (path: string) => `until [ -e ${path} ]; do sleep 0.02; done`;

describe('by sd_notify', () => {
  test('starting until READY=1, then running, with what it says of itself', async () => {
    const go = `/tmp/tsjail-go-${process.pid}-1`;
    const script = `${sayAndStay('"STATUS=loading \\e[1m"')}; ${untilFile(go)}; rm ${go}; ${sayAndStay('"READY=1\\nSTATUS=serving"')}; exec sleep 1000`;
    const daemon = await emperor({ files: { 'a.ini': vassal('ready = notify', scripted(script)) } });
    const starting = await daemon.until('a', (view) => view?.statusText !== null && view?.pid !== null);
    expect(starting).toMatchObject({
      state: 'starting',
      ready: false,
      waitingFor: 'READY=1 on NOTIFY_SOCKET',
      statusText: 'loading \\x1b[1m',
    });
    writeFileSync(go, '');
    const running = await daemon.running('a');
    expect(running).toMatchObject({ ready: true, waitingFor: null, restarts: 0 });
    await daemon.until('a', (view) => view?.statusText === 'serving');
  });

  test('an end before that is a failed start, in words', async () => {
    const daemon = await governs('ready = notify', 'restart = on-failure', 'command = sh -c "exit 0"');
    const { lastExit } = await daemon.until('a', (view) => view?.state === 'backoff');
    expect(lastExit).toMatchObject({
      reason: 'protocol',
      code: 0,
      brief: 'exited with code 0 before it was ready',
    });
    daemon.put('a.ini', vassal('ready = notify', 'command = sh -c "exit 3"'));
    await daemon.said(/exited with code 3 before it was ready/);
  });

  test('one that never says so is killed in time, and waits longer and longer', async () => {
    const daemon = await governs(
      'ready = notify',
      'start-timeout = 300ms',
      'stable-after = 100ms',
      'restart-delay = 50ms',
      'command = sleep 1000',
    );
    const view = await daemon.until('a', (each) => each?.restarts === 3);
    expect(view.lastExit).toMatchObject({ reason: 'timeout-start' });
    expect(view.lastExit?.message).toMatch(
      /^not ready within start-timeout, waiting for READY=1 on NOTIFY_SOCKET: killed/,
    );
    await daemon.said(/restart in (9\d|1\d\d) ms[\s\S]*restart in (1[89]\d|2\d\d) ms/);
  });

  test('start-timeout is put off as long as it asks for it', async () => {
    const script = `${sayAndStay('"EXTEND_TIMEOUT_USEC=5000000"')}; sleep 1; ${sayAndStay('"READY=1"')}; exec sleep 1000`;
    const daemon = await governs('ready = notify', 'start-timeout = 800ms', scripted(script));
    expect(await daemon.running('a')).toMatchObject({ restarts: 0 });
  });

  test('start waits for it', async () => {
    const script = `sleep 0.5; ${sayAndStay('"READY=1"')}; exec sleep 1000`;
    const daemon = await governs('ready = notify', scripted(script));
    await daemon.running('a');
    await daemon.act('stop', 'a');
    const { body } = await daemon.act('start', 'a');
    expect(body).toMatchObject({ ok: true, state: 'running' });
  });

  test('one that is stopped while it is waited for is down, and no failure', async () => {
    const daemon = await governs('ready = notify', 'command = sleep 1000');
    await daemon.until('a', (view) => view?.pid != null);
    expect((await daemon.act('stop', 'a')).body).toMatchObject({ ok: true, state: 'stopped' });
    expect((await daemon.view('a'))?.lastExit?.message).not.toContain('ready');
  });
});

describe('by a descriptor', () => {
  test('a line makes it ready', async () => {
    const go = join(tempDirectory(), 'go');
    const daemon = await governs('ready = fd:7', command(`${untilFile(go)}; echo up >&7; exec sleep 1000`));
    await daemon.until('a', (view) => view?.waitingFor === 'a line on descriptor 7');
    writeFileSync(go, '');
    await daemon.running('a');
  });

  test('an end without one does not, and is told', async () => {
    const daemon = await governs('ready = fd:3', 'start-timeout = 1', command('exec sleep 1000 3>&-'));
    await daemon.said(/ready: waiting for a line on descriptor 3, which it closed without one/);
    await daemon.said(/not ready within start-timeout, waiting for .* closed without one: killed/);
  });

  test('bytes without a line do not', async () => {
    const daemon = await governs(
      'ready = fd:3',
      command('printf up >&3; sleep 0.2; echo >&3; exec sleep 1000'),
    );
    const { since } = await daemon.running('a');
    expect(since).toBeGreaterThan(0);
  });
});

describe('by a time', () => {
  test('it is ready when that has passed', async () => {
    const begin = performance.now();
    const daemon = await governs('ready = delay:700ms', 'command = sleep 1000');
    expect((await daemon.until('a', (view) => view?.pid != null)).state).toBe('starting');
    await daemon.running('a');
    expect(performance.now() - begin).toBeGreaterThan(700);
  });

  test('an end before it is a failed start', async () => {
    const daemon = await governs('ready = delay:5', 'restart = never', 'command = sleep 0.1');
    const { lastExit } = await daemon.until('a', (view) => view?.state === 'exited');
    expect(lastExit?.brief).toBe('exited with code 0 before it was ready');
  });
});

describe('by a socket', () => {
  const listen = (address: string) =>
    scripted(
      `sleep 0.3; exec perl -MIO::Socket::INET -MIO::Socket::UNIX -e '${address} or die "no: $!"; sleep 1000'`,
    );

  test('an address on the host', async () => {
    const port = 20_000 + (process.pid % 10_000);
    const daemon = await governs(
      `ready = socket:127.0.0.1:${port}`,
      listen(`my $l = IO::Socket::INET->new(LocalAddr => "127.0.0.1:${port}", Listen => 5, ReuseAddr => 1)`),
    );
    expect((await daemon.until('a', (view) => view?.pid != null)).waitingFor).toBe(
      `somebody to listen on 127.0.0.1:${port}`,
    );
    await daemon.running('a');
  });

  test('a path that never comes: killed with the start, and the helper is gone with it', async () => {
    const daemon = await governs(
      'ready = socket:/run/no/such',
      'start-timeout = 300ms',
      'command = sleep 1000',
    );
    await daemon.said(/waiting for somebody to listen on \/run\/no\/such: killed/);
    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
  });
});

describeRoot('by a socket of the jail', () => {
  test.each([
    [
      'its network',
      'clone = fs,net,pid',
      'socket:127.0.0.1:80',
      'IO::Socket::INET->new(LocalAddr => "127.0.0.1:80", Listen => 5)',
    ],
    [
      'its abstract names',
      'clone = net',
      'socket:@here',
      'IO::Socket::UNIX->new(Local => "\\0here", Listen => 5)',
    ],
    [
      'its files',
      'clone = fs,pid',
      'socket:/mnt/own.sock',
      'IO::Socket::UNIX->new(Local => "/mnt/own.sock", Listen => 5)',
    ],
    [
      'a user namespace',
      'clone = user,fs,net,pid',
      'socket:127.0.0.1:80',
      'IO::Socket::INET->new(LocalAddr => "127.0.0.1:80", Listen => 5)',
    ],
  ])('%s', async (_name, clone, ready, open) => {
    const own = clone.includes('fs') ? ['tmpfs = /mnt'] : [];
    const directory = tempDirectory();
    chmodSync(directory, 0o755); // Another user's in a user namespace.
    const go = join(directory, 'go');
    const daemon = await governs(
      clone,
      ...own,
      `ready = ${ready}`,
      scripted(
        `${untilFile(go)}; exec perl -MIO::Socket::INET -MIO::Socket::UNIX -e 'my $l = ${open} or die "no: $!"; sleep 1000'`,
      ),
    );
    expect((await daemon.until('a', (view) => view?.pid != null)).state).toBe('starting');
    writeFileSync(go, '');
    await daemon.running('a');
  });
});

describe('a watchdog', () => {
  test('one that falls silent is killed, told and started again', async () => {
    const script = `${sayAndStay('"READY=1"', '"WATCHDOG=1"')}; exec sleep 1000`;
    const daemon = await governs(
      'ready = notify',
      'heartbeat-timeout = 500ms',
      'restart-delay = 50ms',
      scripted(script),
    );
    await daemon.said(/heartbeat-timeout is over: killing the whole jail/);
    await daemon.said(/gave no sign of life within heartbeat-timeout: killed/);
    const { lastExit } = await daemon.until(
      'a',
      (view) => (view?.restarts ?? 0) > 0 && view?.state === 'running',
    );
    expect(lastExit).toMatchObject({ reason: 'heartbeat' });
  });

  test('it needs no readiness, and one that never gives a sign is killed too', async () => {
    const daemon = await governs('heartbeat-timeout = 300ms', 'command = sleep 1000');
    await daemon.running('a');
    await daemon.said(/gave no sign of life/);
  });

  test('one that gives signs lives', async () => {
    const script = `exec ${perl('say "READY=1"; for (1..10) { select undef, undef, undef, 0.1; say "WATCHDOG=1" } say "STATUS=over"; sleep 1000')}`;
    const daemon = await governs('ready = notify', 'heartbeat-timeout = 600ms', scripted(script));
    const view = await daemon.until('a', (each) => each?.statusText === 'over');
    expect(view).toMatchObject({ restarts: 0, state: 'running' });
  });

  test('WATCHDOG=trigger kills at once', async () => {
    const script = `${sayAndStay('"READY=1"')}; ${sayAndStay('"WATCHDOG=trigger"')}; exec sleep 1000`;
    const daemon = await governs('ready = notify', scripted(script));
    await daemon.said(/said that it is stuck \(WATCHDOG=trigger\): killed/);
  });

  test('STOPPING=1: it is given stop-timeout to end by itself', async () => {
    const script = `${sayAndStay('"READY=1"')}; ${sayAndStay('"STOPPING=1"')}; exec sleep 1000`;
    const daemon = await governs('ready = notify', 'stop-timeout = 400ms', scripted(script));
    await daemon.said(/did not end within stop-timeout: killed/);
  });
});

describeWith('systemd-notify', 'the real systemd-notify', () => {
  test('makes it ready, without a pid namespace too', async () => {
    const daemon = await governs(
      'ready = notify',
      command('systemd-notify --ready --status="by systemd" && exec sleep 1000'),
    );
    expect((await daemon.running('a')).statusText).toBe('by systemd');
  });
});

describe('in the foreground', () => {
  test.each([
    ['fd:3', 'echo line >&3; echo "fds $(ls /proc/self/fd | tr "\\n" " ")"'],
    ['notify', `${sayAndStay('"READY=1"')}; echo "at $NOTIFY_SOCKET"`],
  ])('ready = %s is nobody’s concern, and in nobody’s way', async (ready, script) => {
    const { code, stdout, stderr } = await tsjail(['run', `--ready=${ready}`, '--', 'sh', '-c', script]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^fds 0 1 2 3( 4)? \n$|^at @tsjail\/\d+\n$/);
  });
});

describe('what cannot be', () => {
  test('a change to it keeps what runs', async () => {
    const daemon = await governs('command = sleep 1000');
    const { pid } = await daemon.running('a');
    daemon.put('a.ini', vassal('ready = notfy', 'command = sleep 1000'));
    const view = await daemon.until('a', (each) => each?.error != null);
    expect(view.pid).toBe(pid);
    expect(view.error?.message).toContain('`notfy` is none of');
  });
});

/** From a file of its own: a line of a config has none of the trouble of its quotes then. */
function scripted(script: string): string {
  const directory = tempDirectory();
  chmodSync(directory, 0o755);
  const path = join(directory, 'script');
  writeFileSync(path, script);
  return `command = sh ${path}`;
}
