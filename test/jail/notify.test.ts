// What a command says by sd_notify(3) is heard, and nobody else is.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { configOf } from '../helpers/ini-jail.ts';
import { type JailOptions, startJail, type TestJail } from '../helpers/jail.ts';
import { describeWith } from '../helpers/need-program.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { perl, say, sayAndStay } from '../helpers/sd-notify.ts';
import { until } from '../helpers/until.ts';

const AT = { file: '/vassals/test.ini', line: 1, column: 1 };
const SILENT = {
  ready: false,
  beat: false,
  trigger: false,
  stopping: false,
  reloading: false,
  extendMs: null,
  errno: null,
  status: null,
};

function start(lines: readonly string[], script: string, options: JailOptions = {}): TestJail {
  const config = configOf(['ready = notify', ...lines, 'command = sh']);
  return startJail({ ...config, command: { value: ['sh', '-c', script], at: AT } }, options);
}

const noticed = (jail: TestJail, count = 1) =>
  until('a notice', () => jail.notices.length >= count && jail.notices);

/** What the command was told where to talk. */
async function socketOf(jail: TestJail): Promise<string> {
  const [, name = ''] = await jail.said(/at (@\S+)/);
  return name;
}

/** Runs a shell's words to their end, outside of every jail. */
function outside(words: string, socket: string): void {
  execFileSync('sh', ['-c', words], { env: { ...process.env, NOTIFY_SOCKET: socket }, stdio: 'pipe' });
}

const KINDS = [
  ['in a full jail', ['clone = fs,net,ipc,uts,pid']],
  ['in a pid namespace', ['clone = fs,pid']],
  ['without a pid namespace', ['clone = fs']],
  ['without any namespace', []],
  ['in a user namespace', ['clone = user,fs,net,pid']],
  ['with an unshared pid namespace', ['clone = fs', 'unshare = pid', 'refork-as-root = true']],
  ['as another user', ['clone = fs,pid', 'uid = 33', 'gid = 33']],
  ['as another user without a pid namespace', ['uid = 33', 'gid = 33']],
] as const;

describeRoot.each<readonly [string, readonly string[]]>(KINDS)((_name, lines) => {
  test('a child of the command is heard', async () => {
    const jail = start(
      lines,
      `(${sayAndStay('"READY=1\\nSTATUS=open for all\\nX_OTHER=7"')}; true); echo done`,
    );
    expect((await jail.end).output).toBe('done\n');
    expect(jail.notices).toEqual([{ ...SILENT, ready: true, status: 'open for all' }]);
  });

  test('the command itself is heard, also when these are its last words', async () => {
    const jail = start(lines, `exec ${say('"READY=1"', '"ERRNO=2"', '"STOPPING=1"')}`);
    expect((await jail.end).said).toBeUndefined();
    expect(jail.notices.some(({ ready }) => ready)).toBe(true);
    // What comes close together may be told in one.
    expect(jail.notices.some(({ errno }) => errno === 2)).toBe(true);
    expect(jail.notices.some(({ stopping }) => stopping)).toBe(true);
  });

  test('nobody outside is', async () => {
    const jail = start(lines, 'echo "at $NOTIFY_SOCKET"; read line');
    const socket = await socketOf(jail);
    const isShared = !lines.some((line) => line.includes('net'));
    // In a net namespace of its own the name is not to be found at all.
    if (isShared) outside(say('"READY=1"', '"WATCHDOG=trigger"'), socket);
    else expect(() => outside(`${say('"READY=1"')} 2>&1 | grep -q refused && exit 1`, socket)).toThrow();
    jail.process.kill();
    await jail.end;
    expect(jail.notices).toEqual([]);
  });
});

describeRoot('what is said', () => {
  test('a name is used once, and goes with the jail', async () => {
    const [one, other] = [
      start([], 'echo "at $NOTIFY_SOCKET"; sleep 100'),
      start([], 'echo "at $NOTIFY_SOCKET"; sleep 100'),
    ];
    const names = [await socketOf(one), await socketOf(other)];
    expect(names[0]).toMatch(/^@tsjail\/\d{10,40}$/);
    expect(names[0]).not.toBe(names[1]);
    for (const jail of [one, other]) jail.process.kill();
    await Promise.all([one.end, other.end]);
    for (const name of names) expect(readFileSync('/proc/net/unix', 'utf8')).not.toContain(name);
  });

  test('more than one thing at a time, and one after the other', async () => {
    const jail = start(
      ['clone = pid'],
      `exec ${say('"RELOADING=1\\nSTATUS=half\\nEXTEND_TIMEOUT_USEC=2500000\\nWATCHDOG=1"')}`,
    );
    await jail.end;
    expect(jail.notices).toEqual([
      { ...SILENT, reloading: true, beat: true, status: 'half', extendMs: 2500 },
    ]);
  });

  test.each([
    ['nothing', '""'],
    ['other variables', '"MAINPID=1\\nFDSTORE=1\\nFDNAME=x\\nNOTIFYACCESS=all"'],
    ['half of a word', '"READY=\\nREADY=11\\nREADY=1 \\nready=1\\nWATCHDOG=0\\nSTOPPING=true"'],
    [
      'numbers that are none',
      '"EXTEND_TIMEOUT_USEC=-1\\nEXTEND_TIMEOUT_USEC=99999999999999999999\\nERRNO=x\\nERRNO=5000"',
    ],
    ['a NUL', '"READY=1\\0"'],
    ['more than fits', '"READY=1\\n" . "x" x 4090'],
    ['much more', '"READY=1\\n" . "x" x 150000'],
  ])('%s is ignored', async (_name, message) => {
    const jail = start(['clone = pid'], `exec ${say(message)}`);
    await jail.end;
    expect(jail.notices).toEqual([]);
  });

  test('in a pid namespace the dead are believed, too', async () => {
    const jail = start(['clone = pid'], `${say('"READY=1"')}; exec sleep 100`);
    await noticed(jail);
    jail.process.kill();
    await jail.end;
  });

  test('controls come through as they are, too much is cut', async () => {
    const jail = start(['clone = pid'], `exec ${say('"STATUS=\\e[31m\\x07" . "é" x 1000')}`);
    await jail.end;
    expect(jail.notices).toHaveLength(1);
    const { status } = jail.notices[0] ?? SILENT;
    expect(status).toMatch(/^\x1b\[31m\x07é{190,200}$/);
  });

  test('a flood is told in few words, hinders nobody, and the last word counts', async () => {
    const flood = `exec ${perl('say "READY=1"; say "WATCHDOG=1\\nSTATUS=$_" for 1..1000; say "STATUS=last"; sleep 1000')}`;
    const jail = start(['clone = pid'], flood);
    await jail.started;
    const begin = performance.now();
    await until('the last word', () => jail.notices.at(-1)?.status === 'last', 20_000);
    const seconds = (performance.now() - begin) / 1000;
    expect(jail.notices.length).toBeLessThan(seconds * 10 + 5);
    jail.process.signal(15);
    expect((await jail.end).command).toMatchObject({ signal: 15 });
  }, 30_000);

  test('a flood from outside keeps nobody from being heard', async () => {
    const jail = start([], `echo "at $NOTIFY_SOCKET"; sleep 0.3; exec ${perl('say "READY=1"; sleep 1000')}`);
    const socket = await socketOf(jail);
    const flooder = spawn('sh', ['-c', `exec ${perl('while (1) { send($s, "READY=1", 0, $to) or last }')}`], {
      env: { ...process.env, NOTIFY_SOCKET: socket },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // Not its `exit`: the engine reaps what it does not know, and takes it for an orphan of the jail's when it ends with that.
    const gone = once(flooder.stdout.resume(), 'end');
    onTestFinished(async () => {
      flooder.kill('SIGKILL');
      await gone;
    });
    await noticed(jail);
    jail.process.kill();
    await jail.end;
  });
});

describeWith('systemd-notify', 'systemd-notify', () => {
  test.each(KINDS)('%s: its barrier holds until it was heard', async (_name, lines) => {
    const jail = start(lines, 'systemd-notify --ready --status=up && echo sent; sleep 100');
    await jail.said(/sent/);
    await noticed(jail);
    expect(jail.notices).toEqual([{ ...SILENT, ready: true, status: 'up' }]);
    jail.process.kill();
    await jail.end;
  });

  test('the init keeps no descriptor that came along', async () => {
    const jail = start(
      ['clone = pid'],
      'for i in 1 2 3; do systemd-notify --ready; done; echo sent; sleep 100',
    );
    await jail.said(/sent/);
    const fds = execFileSync('ls', [`/proc/${jail.jailerPid}/fd`])
      .toString()
      .trim()
      .split('\n');
    expect(fds.length).toBeLessThanOrEqual(4);
    jail.process.kill();
    await jail.end;
    expect(existsSync(`/proc/${jail.jailerPid}`)).toBe(false);
  });
});

describeRoot('variables', () => {
  test('of the watchdog, for the command alone', async () => {
    const script = 'echo "$NOTIFY_SOCKET $WATCHDOG_USEC $((WATCHDOG_PID - $$))"';
    const { output } = await start(['clone = pid', 'heartbeat-timeout = 2'], script).end;
    expect(output).toMatch(/^@tsjail\/\d+ 2000000 0\n$/);
  });

  test('without readiness by sd_notify there are none, nor a socket', async () => {
    const config = configOf(['command = env']);
    const jail = startJail(config);
    expect((await jail.end).output).not.toMatch(/NOTIFY|WATCHDOG/);
  });
});
