// Filters of system calls, in real jails.
import { describe, expect, test } from 'vitest';
import { Bad } from '../../src/config/problems/bad.ts';
import { readProfile } from '../../src/config/seccomp/oci.ts';
import { thisMachine } from '../../src/config/seccomp/option.ts';
import { printPlan } from '../../src/plan/print.ts';
import { configOf, runLines } from '../helpers/ini-jail.ts';
import { planOf, runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { located, vassalConfig } from '../helpers/vassal-config.ts';

/** Makes a call by its number, as a program of its own would. */
function call(number: number, ...args: readonly number[]): string {
  const words = [number, ...args].join(', ');
  const script = `import ctypes; c = ctypes.CDLL(None, use_errno=True); r = c.syscall(${words}); print(r, ctypes.get_errno())`;
  return `python3 -c '${script}'`;
}

const IS_X64 = process.arch === 'x64';
const UNSHARE = IS_X64 ? 272 : 97;
const KEYCTL = IS_X64 ? 250 : 219;
const IO_URING_SETUP = 425;
const NEWUSER = 0x1000_0000;

describe('seccomp = default', () => {
  test('for an ordinary program nothing is different', async () => {
    const end = await runLines(
      ['seccomp = default'],
      "python3 -c \"import threading, subprocess; t = threading.Thread(target=print, args=(1,)); t.start(); t.join(); print(subprocess.check_output(['echo', '2']).decode())\"",
    );
    expect(end.output.trim().split(/\s+/)).toEqual(['1', '2']);
  });

  test('it comes with no_new_privs, and no exec gets rid of it', async () => {
    const end = await runLines(
      ['seccomp = default'],
      'sh -c "grep -E \'^(NoNewPrivs|Seccomp):\' /proc/self/status"',
    );
    expect(end.output).toMatch(/NoNewPrivs:\t1\nSeccomp:\t2\n/);
  });

  test('keyrings and io_uring are out of reach, TIOCSTI too', async () => {
    expect((await runLines(['seccomp = default'], call(KEYCTL, 0, 0))).output).toBe('-1 1\n');
    expect((await runLines(['seccomp = default'], call(IO_URING_SETUP, 1, 0))).output).toBe('-1 38\n');
    const ioctl = call(IS_X64 ? 16 : 29, 0, 0x5412, 0);
    expect((await runLines(['seccomp = default'], ioctl)).output).toBe('-1 1\n');
    // Not a terminal: that is what the kernel itself says.
    expect((await runLines([], ioctl)).output).toBe('-1 25\n');
  });
});

describeRoot('seccomp and rights', () => {
  test('who is no root makes no user namespace', async () => {
    expect(
      (await runLines(['uid = 1000', 'gid = 1000', 'seccomp = default'], call(UNSHARE, NEWUSER))).output,
    ).toBe('-1 1\n');
    expect((await runLines(['uid = 1000', 'gid = 1000'], call(UNSHARE, NEWUSER))).output).toBe('0 0\n');
  });

  test('`no-new-privs = false` keeps set-uid programs, behind the filter', async () => {
    const lines = ['uid = 1000', 'gid = 1000', 'seccomp = default', 'no-new-privs = false'];
    const end = await runLines(lines, "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status");
    expect(end.output).toMatch(/NoNewPrivs:\t0\nSeccomp:\t2\n/);
  });

  test('a call that is deadly ends the command, and its signal is told', async () => {
    const profile = {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['unshare'], action: 'SCMP_ACT_KILL_PROCESS' }],
    };
    const read = readProfile(JSON.stringify(profile), { machine: thisMachine(), has: 'all' });
    if (read instanceof Bad) return expect.fail(read.message);
    const command = located(['sh', '-c', `exec ${call(UNSHARE, NEWUSER)}`]);
    const end = await runJail({ ...vassalConfig(), command, filter: located(read) });
    expect(end.command).toMatchObject({ code: null, signal: 31 });
  });
});

test('`plan` shows how long the program is', () => {
  const text = printPlan(planOf(configOf(['seccomp = strict', 'command = true'])), '');
  expect(text).toMatch(/seccomp 0 '\(\d+ instructions\)'\s+# .*:2/);
});
