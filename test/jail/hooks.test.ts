// Hooks in the jail: the phases in their order, where and as whom they run; programs, and what ends them.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PHASES } from '../../src/config/hooks/phases.ts';
import { printPlan } from '../../src/plan/print.ts';
import { configOf, runLines, startLines } from '../helpers/ini-jail.ts';
import { planOf, startJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { until } from '../helpers/until.ts';

const SPACES = ['mnt', 'net', 'uts', 'pid'] as const;
const LINKS = SPACES.map((name) => `/proc/self/ns/${name}`);
/** What is done while the start lasts. */
const STARTING = PHASES.filter((phase) => !/^(emperor-|vassals-)/.test(phase));

const exec = (phase: string, line: string) => `hook-${phase} = exec:${line}`;
const where = (phase: string) => exec(phase, `echo $TSJAIL_PHASE $(id -u) $(readlink ${LINKS.join(' ')})`);

describeRoot('phases', () => {
  test('come in their order, in the namespaces of the command, as root and then as the user', async () => {
    const lines = ['clone = fs,net,uts,pid', 'uid = nobody', ...[...STARTING].reverse().map(where)];
    const end = await runLines(lines, `echo command $(id -u) $(readlink ${LINKS.join(' ')})`);
    expect(end.said).toBeUndefined();
    const said = end.output
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const inside = said.find(([phase]) => phase === 'command')?.slice(2);
    expect(inside).not.toContain(readlinkSync(LINKS[0] ?? ''));
    const asUser = ['as-user', 'command', 'as-user-atexit'];
    const order = [...STARTING.slice(0, -1), 'command', 'as-user-atexit'];
    expect(said).toEqual(
      order.map((phase) => [phase, asUser.includes(phase) ? '65534' : '0', ...(inside ?? [])]),
    );
  });

  test('unshare is before post-jail, unshare2 before in-jail', async () => {
    const lines = ['unshare = net', 'unshare2 = uts'];
    const phases = ['as-vassal', 'pre-jail', 'post-jail', 'in-jail', 'as-root'];
    const end = await runLines([...lines, ...phases.map(where)]);
    const ours = LINKS.map((link) => readlinkSync(link));
    const isNew = end.output
      .trim()
      .split('\n')
      .map((line) => SPACES.filter((_, index) => line.split(' ')[2 + index] !== ours[index]).join());
    expect(isNew).toEqual(['', '', 'net', 'net,uts', 'net,uts']);
  });

  test('a program between the unshare of a pid namespace and its fork does not use it up', async () => {
    const lines = [
      'unshare = pid,fs',
      'refork = true',
      exec('post-jail', 'true'),
      exec('as-root', 'echo $$'),
    ];
    const end = await runLines(lines, 'readlink /proc/self/ns/pid; cat /proc/1/comm');
    expect(end.said).toBeUndefined();
    const [, namespace, first] = end.output.trim().split('\n');
    expect(namespace).not.toBe(readlinkSync('/proc/self/ns/pid'));
    expect(first).toBe('tsjail-init');
  });

  test('in a user namespace they are root there', async () => {
    const lines = [
      'clone = user,fs,pid,uts',
      'uid = 33',
      'gid = 33',
      'hook-as-root = mount:tmpfs none /mnt defaults size=1m',
      'hook-as-root = hostname:inner',
      exec('as-root', 'id -u; cat /proc/self/uid_map; touch /mnt/x'),
      'hook-as-root = chown:/mnt/x www-data 33',
      exec('as-user', 'id -u; stat -c %%u:%%g /mnt/x; uname -n'),
    ];
    const end = await runLines(lines, 'id -u');
    expect(end.said).toBeUndefined();
    expect(end.output.replaceAll(/ +/g, ' ')).toBe('0\n 0 100000 65536\n33\n33:33\ninner\n33\n');
  });
});

describeRoot('a program', () => {
  test('has its output, an empty input, and nothing else', async () => {
    const end = await runLines([exec('as-root', 'ls /proc/self/fd | tr "\\n" " "; cat; echo err >&2')]);
    // ls has its directory open.
    expect(end.output).toBe('0 1 2 3 err\n');
  });

  test('also in a root without /dev/null', async () => {
    const root = tempDirectory();
    const lines = [
      'clone = fs',
      `hook-asap = exec:mount --rbind ${root} /dev`,
      exec('as-root', 'ls /dev; cat'),
    ];
    const end = await runLines(lines);
    expect(end.said).toBeUndefined();
    expect(end.output).toBe('');
  });

  test('leads a session of its own, with no signal blocked or ignored', async () => {
    const ofShell = `awk '{print $1 == $6}' /proc/$$/stat; grep -E "^Sig(Blk|Ign)" /proc/self/status`;
    const none = '0000000000000000';
    const end = await runLines([exec('as-root', ofShell), exec('as-user', ofShell)]);
    const told = `1\nSigBlk:\t${none}\nSigIgn:\t${none}\n`;
    expect(end.output).toBe(told + told);
  });

  test('is told who it is for', async () => {
    const names = ['TSJAIL_VASSAL', 'TSJAIL_PHASE', 'TSJAIL_PID', 'TSJAIL_UID', 'TSJAIL_GID'];
    const old = ['CONFIG', 'PID', 'UID', 'GID'].map((name) => `UWSGI_VASSAL_${name}`);
    const all = [...names, ...old].map((name) => `$${name}`).join(' ');
    const end = await runLines(['clone = pid', 'uid = nobody', exec('as-root', `echo ${all}; env | wc -l`)]);
    expect(end.output).toBe('test as-root 1 65534 65534 /vassals/test.ini 1 65534 65534\n12\n');
  });

  test('has what putenv set, and so has the command, the last one wins', async () => {
    const lines = [
      'env = A=config',
      'hook-as-vassal = putenv:A=one',
      'hook-as-root = putenv:A=two words',
      exec('as-root', 'echo "$A"'),
      'hook-as-user = putenv:B=',
    ];
    const end = await runLines(lines, 'echo "$A" $(env | grep -c ^B=)');
    expect(end.output).toBe('two words\ntwo words 1\n');
  });

  test('starts in the directory of the vassal, or where cd has gone', async () => {
    const lines = [
      exec('as-vassal', 'pwd'),
      'hook-pre-jail = cd:/usr',
      exec('as-root', 'pwd'),
      'hook-as-root = chdir:bin',
      exec('as-root', 'pwd'),
    ];
    const end = await runLines(lines);
    expect(end.output).toBe(`${userInfo().homedir}\n/usr\n/usr/bin\n`);
  });

  test('that fails ends the start, and what comes after it is not done', async () => {
    const there = join(tempDirectory(), 'there');
    const end = await runLines([exec('pre-jail', 'echo why; exit 3'), exec('as-root', `touch ${there}`)]);
    expect(end.said).toBe(
      "/vassals/test.ini:2:1: hook-exec 'echo why; exit 3' must-work: it exited with code 3",
    );
    expect(end.output).toBe('why\n');
    expect(existsSync(there)).toBe(false);
  });

  test('that a signal ends has failed too', async () => {
    const end = await runLines([exec('as-user', 'kill -9 $$')]);
    expect(end.said).toMatch(/:2:1: hook-exec 'kill -9 \$\$' must-work: it was killed by signal 9$/);
  });

  test('of safeexec may fail: a line tells', async () => {
    const end = await runLines(['hook-as-root = safeexec:exit 3', exec('as-root', 'echo on')], 'echo up');
    expect(end.said).toBeUndefined();
    expect(end.output).toBe('tsjail: as-root: it exited with code 3\non\nup\n');
  });

  test('that takes too long is killed, with its session', async () => {
    const pids = join(tempDirectory(), 'pids');
    const line = `sleep 1000 & echo $! $$ > ${pids}; wait`;
    const end = await runLines(['hook-timeout = 300ms', exec('as-root', line)]);
    expect(end.said).toMatch(/it ran longer than hook-timeout, 300 ms: killed$/);
    expect(livingOf(pids)).toEqual([]);
  });

  test.each([[['clone = pid']], [[]]])('ends when the start is given up (%j)', async (lines) => {
    const pids = join(tempDirectory(), 'pids');
    // /proc is the host's: it shows the pid as it is outside.
    const sleeper = `read -r pid rest < /proc/self/stat; echo $pid > ${pids}; echo hanging; exec sleep 1000`;
    const line = `sh -c '${sleeper}' & wait`;
    const jail = startLines([...lines, exec('as-root', line)], 'true');
    await jail.said(/hanging/);
    expect(livingOf(pids)).not.toEqual([]);
    jail.process.kill();
    await jail.end;
    await until('the end of the program', () => livingOf(pids).length === 0);
  });

  test('that is not there at all', async () => {
    const lines = ['clone = fs', `hook-as-root = mount:tmpfs none /bin`, exec('as-root', 'true')];
    const end = await runLines(lines);
    expect(end.said).toMatch(/ENOENT.*\/bin\/sh could not be run: it is not in this root/);
  });
});

describeRoot('a fifo that nobody reads', () => {
  const fifo = () => {
    const path = join(tempDirectory(), 'fifo');
    execFileSync('mkfifo', [path]);
    return path;
  };

  test('is written to when somebody does', async () => {
    const path = fifo();
    const jail = startLines([exec('as-vassal', 'echo on'), `hook-as-vassal = writen:${path} text`], 'true');
    await jail.said(/on/);
    expect(readFileSync(path, 'utf8')).toBe('text\n');
    expect((await jail.end).said).toBeUndefined();
  });

  test('holds a start up no longer than hook-timeout', async () => {
    const end = await runLines(['hook-timeout = 100ms', `hook-as-vassal = write:${fifo()} text`]);
    expect(end.said).toMatch(/nobody read from it within hook-timeout, 100 ms$/);
  });

  test('nor longer than it is wanted', async () => {
    const lines = [exec('as-vassal', 'echo on'), `hook-as-vassal = write:${fifo()} text`];
    const jail = startJail(configOf([...lines, 'command = true']), { cgroup: false });
    await jail.said(/on/);
    jail.process.kill();
    expect((await jail.end).init).toMatchObject({ code: 125 });
  });
});

describeRoot('exit', () => {
  test.each([
    ['asap', 7],
    ['as-root', 0],
    ['as-user', 9],
  ])('in %s ends the start with code %i, before the command', async (phase, code) => {
    const end = await runLines([`hook-${phase} = exit:${code}`], 'echo command');
    expect(end.output).toBe('');
    expect(end.failure).toBeUndefined();
    expect(end.command).toMatchObject({ code, signal: null });
  });
});

describe('what is hidden', () => {
  test('is in no plan and no failure', () => {
    const lines = ['hook-as-root = !exec:echo secret', 'hook-as-root = !print:secret', 'command = true'];
    const plan = printPlan(planOf(configOf(lines)), '');
    expect(plan).not.toContain('secret');
    expect(plan).toContain("hook-exec '(hidden)'");
  });
});

describeRoot('a hidden one', () => {
  test('is not told of when it fails', async () => {
    const end = await runLines(['hook-as-root = !exec:exit 3 # secret']);
    expect(end.said).toBe("/vassals/test.ini:2:1: hook-exec '(hidden)': it exited with code 3");
  });
});

/** Those of the pids in a file that are no zombies. */
function livingOf(file: string): string[] {
  const pids = readFileSync(file, 'utf8').trim().split(/\s+/);
  return pids.filter((pid) => {
    try {
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  });
}
