// `tsjail doctor` on this very machine, and on one that lacks something.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Finding } from '../../src/doctor/probe.ts';
import { type CliOptions, tsjail } from '../helpers/cli.ts';
import { denying, useDeny } from '../helpers/deny.ts';
import { emperor } from '../helpers/emperor.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

useDeny();

interface Report {
  readonly ok: boolean;
  readonly code: number | null;
  readonly by: ReadonlyMap<string, Finding>;
}

async function examined(options: CliOptions = {}): Promise<Report> {
  const env = { TSJAIL_CONTROL: join(tempDirectory(), 'control.sock') };
  const { code, stdout } = await tsjail(['doctor', '--json'], {
    ...options,
    env: { ...env, ...options.env },
  });
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  return { ok, code, by: new Map(findings.map((each) => [each.id, each])) };
}

test('this machine can do what the tests need, and nothing is left of the trials', async () => {
  const rooms = () => readdirSync(tmpdir()).filter((name) => name.startsWith('tsjail-doctor-'));
  const before = rooms();
  const { ok, code, by } = await examined();
  expect([ok, code]).toEqual([true, 0]);
  for (const id of ['addon', 'jailer', 'jail', 'clone3', 'ns-fs', 'ns-pid', 'fresh-proc', 'tmpfs'])
    expect([id, by.get(id)]).toEqual([id, expect.objectContaining({ state: 'yes', advice: null })]);
  expect(rooms().filter((name) => !before.includes(name))).toEqual([]);
});

test('a system call that is missing is told, and what is done without it', async () => {
  const { ok, by } = await examined({
    wrapper: denying('clone3=ENOSYS', 'close_range=ENOSYS'),
  });
  expect(by.get('clone3')).toMatchObject({ state: 'partly', found: expect.stringContaining('ENOSYS') });
  expect(by.get('close_range')).toMatchObject({
    state: 'partly',
    advice: expect.stringContaining('5.9'),
  });
  expect([ok, by.get('jail')?.state]).toEqual([true, 'yes']);
});

describeRoot('for root', () => {
  test('without the right to make a jail it says so, and the exit code is 1', async () => {
    const { code, stdout, stderr } = await tsjail(['doctor'], { wrapper: denying('mount=EPERM') });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ {2}no +a jail +.*EPERM.*\n +→ .*CAP_SYS_ADMIN/m);
    expect(stderr).toMatch(/^tsjail: the daemon cannot do its work here: .*a jail/);
  });

  test('an ordinary user hears of what needs root', async () => {
    const wrapper = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const { code, by } = await examined({
      wrapper,
      env: { TSJAIL_CONTROL: '/run/tsjail-doctor/control.sock' },
    });
    expect(code).toBe(1);
    expect(by.get('control-socket')).toMatchObject({ state: 'no', found: '/run is not ours to write' });
    expect(by.get('user')).toMatchObject({ state: 'partly', found: expect.stringContaining('65534') });
    expect(by.get('jail')).toMatchObject({ state: 'yes' });
  });
});

test('a daemon that lives is known by its pid', async () => {
  const daemon = await emperor();
  const { by } = await examined({ env: { TSJAIL_CONTROL: daemon.control } });
  expect(by.get('control-socket')?.found).toBe(`${daemon.control}: daemon ${daemon.pid} answers`);
});
