// Capabilities by the command line: what a daemon gives that is an ordinary user's, or that has not all of them itself.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAIN, tsjail } from '../helpers/cli.ts';
import { emperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { smallRoot } from '../helpers/small-root.ts';

const USER = 65_534;
const AS_USER = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'];
const SETS = ['--', 'grep', '^Cap', '/proc/self/status'];
const KILL = '0000000000000020';
const NONE = '0000000000000000';
/** CAP_SYS_RESOURCE is not to be had on every machine. */
const INHERITED = '+all,-sys_resource';

async function sets(
  wrapper: readonly string[],
  ...flags: string[]
): Promise<Record<string, string | undefined>> {
  const { code, stdout, stderr } = await tsjail(['run', ...flags, ...SETS], { wrapper });
  expect([code, stderr]).toEqual([0, '']);
  return Object.fromEntries(
    [...stdout.matchAll(/^Cap(\w+):\t(\w+)$/gm)].map(([, name, value]) => [name, value]),
  );
}

describeRoot('an ordinary user', () => {
  const wrapper = AS_USER;

  test('has them in a user namespace of his own', async () => {
    const root = { Inh: NONE, Prm: KILL, Eff: KILL, Bnd: KILL, Amb: NONE };
    expect(await sets(wrapper, '--clone=fs,pid', '--cap=kill')).toEqual(root);
    const ambient = await sets(wrapper, '--clone=fs,pid', '--cap=kill', '--cap-ambient=kill');
    expect(ambient).toEqual({ ...root, Inh: KILL, Amb: KILL });
    expect((await sets(wrapper, '--clone=fs,pid', '--cap-drop=all')).Prm).toBe(NONE);
  });

  test('is told that he has none without', async () => {
    const { code, stderr } = await tsjail(['run', '--cap=kill', ...SETS], { wrapper });
    expect([code, stderr]).toEqual([
      2,
      'argument 2: error: without root `--cap` needs a new user namespace\n',
    ]);
  });
});

/** capabilities(7): "The securebits flags". */
const STRANGE = ['+noroot', '+noroot,+noroot_locked', '+no_setuid_fixup', '+noroot,+no_setuid_fixup'];

describeRoot('a daemon with securebits', () => {
  test.each(STRANGE)('%s', async (bits) => {
    const wrapper = [
      'setpriv',
      `--securebits=${bits}`,
      `--inh-caps=${INHERITED}`,
      `--ambient-caps=${INHERITED}`,
    ];
    const user = { Inh: KILL, Prm: KILL, Eff: KILL, Bnd: KILL, Amb: KILL };
    const root = bits.includes('noroot') ? user : { ...user, Inh: NONE, Amb: NONE };
    expect(await sets(wrapper, '--cap=kill')).toEqual(root);
    expect(await sets(wrapper, '--cap=kill', '--uid=65534')).toEqual(user);
    expect(await sets(wrapper, '--cap=kill', '--uid=65534', '--clone=user')).toEqual(user);
    expect(await sets(wrapper, '--uid=65534')).toMatchObject({ Inh: NONE, Prm: NONE, Eff: NONE, Amb: NONE });
  });
});

describeRoot('a daemon that may not change its bounding set', () => {
  const wrapper = ['setpriv', '--bounding-set=-setpcap'];

  test('says so', async () => {
    const { code, stderr } = await tsjail(['run', '--cap=kill', ...SETS], { wrapper });
    expect(code).toBe(125);
    expect(stderr).toContain('bounding-set kill:5: EPERM');
    expect(stderr).toContain('takes CAP_SETPCAP, which tsjail does not have');
  });

  test('gives ambient ones all the same', async () => {
    expect(await sets(wrapper, '--cap-ambient=kill', '--uid=65534')).toMatchObject({ Eff: KILL, Amb: KILL });
  });
});

describeRoot('a user that only the jail knows', () => {
  test.each(['none', 'user'])('has the terminal that `run` made (clone = %s)', (clone) => {
    const root = smallRoot();
    writeFileSync(join(root.path, 'etc/passwd'), 'web:x:3333:4444:::\n');
    const lines = [`clone = ${clone}`, `namespace = ${root.path}`, 'uid = web', ...root.lines];
    const flags = lines.map((line) => `--${line.replace(' = ', '=')}`);
    const script = '"stat -L -c %u:%g /proc/self/fd/0; echo said > /proc/self/fd/1"';
    const words = [process.execPath, MAIN, 'run', ...flags, '--', 'sh', '-c', script].join(' ');
    const child = spawnSync('script', ['-qec', words, '/dev/null'], { input: '', encoding: 'utf8' });
    expect([child.status, child.stdout]).toEqual([0, expect.stringMatching(/3333:4444\s+said/)]);
  });
});

describeRoot('emperor-cap', () => {
  const command = "command = sh -c 'grep ^Cap /proc/self/status; exec sleep 1000'";
  const vassal = (...lines: string[]) => ['[vassal]', command, ...lines, ''].join('\n');

  test('is the bounding set of every vassal, and has the say over what they ask for', async () => {
    const daemon = await emperor({
      args: ['--emperor-cap=kill,chown'],
      files: {
        'a.ini': vassal(),
        'b.ini': vassal('cap = kill', 'uid = 65534'),
        'c.ini': vassal('cap = net_raw'),
      },
    });
    await daemon.running('a');
    await daemon.running('b');
    await daemon.said(/\[?a\]?.*CapEff:\s0000000000000021/);
    await daemon.said(/\[?b\]?.*CapAmb:\s0000000000000020/);
    await daemon.said(/c\.ini:3:7: .*`emperor-cap` leaves out net_raw/);
    expect((await daemon.view('c'))?.state).toBe('invalid');
  });
});
