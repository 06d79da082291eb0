// No way out: the probe tries all that it knows in every kind of jail with a profile, and finds ways where there is no jail.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configOf } from '../helpers/ini-jail.ts';
import { runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { probeEnvironment, probePath, useProbe, waysOut } from '../helpers/probe.ts';
import { smallRoot } from '../helpers/small-root.ts';

useProbe();

const ALL = 'clone = fs,net,ipc,uts,pid,cgroup';
const TMP = 'tmpfs = /tmp size=4m';

/** The host's /tmp, where the probe lies, is out of sight. */
async function probed(lines: readonly string[], ownRoot = false): Promise<string> {
  const place = ownRoot ? [] : [`bind-ro = ${dirname(probePath())}:/mnt`];
  const config = configOf([...lines, ...place, `command = ${ownRoot ? '/probe' : '/mnt'}/probe`]);
  const given = Object.entries(probeEnvironment(ownRoot));
  const env = new Map(given.map(([name, value]) => [name, { value, at: config.command.at }]));
  const end = await runJail({ ...config, env });
  if (end.failure) expect.fail(end.said);
  return end.output;
}

/** How many ways are tried: one that was skipped without a reason would be missed here. */
function count(output: string, word: string): number {
  return output.split('\n').filter((line) => line.startsWith(`${word} `)).length;
}

describeRoot('root’s daemon', () => {
  test.each([
    ['container', []],
    ['container, as nobody', ['uid = nobody']],
    ['container in a user namespace', ['clone = fs,net,ipc,uts,pid,cgroup,user']],
    ['strict', ['profile = strict']],
  ] as const)('%s', async (_name, lines) => {
    const output = await probed([ALL, TMP, 'profile = container', ...lines]);
    expect(waysOut(output)).toEqual([]);
    expect(count(output, 'skip')).toBeLessThanOrEqual(3);
    expect(count(output, 'ok')).toBeGreaterThan(55);
  });

  test('container with a root of its own', async () => {
    const { path, lines } = smallRoot();
    mkdirSync(join(path, 'probe'));
    copyFileSync(probePath(), join(path, 'probe', 'probe'));
    const more = [ALL, TMP, 'profile = container', `namespace = ${path}`, ...lines];
    const output = await probed(more, true);
    expect(waysOut(output)).toEqual([]);
  });

  test('without a profile there are ways, and the probe sees them', async () => {
    const names = waysOut(await probed([ALL, TMP, 'profile = open'])).map((line) => line.split(/[ :]/)[1]);
    for (const name of [
      'mount',
      'open-by-handle',
      'core-pattern',
      'user-namespace',
      'io-uring',
      'user-keyring',
    ])
      expect(names).toContain(name);
  });

  test('nor does a plain chroot(1) keep anybody in', () => {
    const { path } = smallRoot();
    copyFileSync(probePath(), join(path, 'probe'));
    const env = { ...process.env, ...probeEnvironment(true) };
    const output = execFileSync('chroot', [path, '/probe'], { encoding: 'utf8', env });
    const names = waysOut(output).map((line) => line.split(/[ :]/)[1]);
    expect(names).toEqual(expect.arrayContaining(['mount', 'open-by-handle', 'user-keyring']));
    expect(names.length).toBeGreaterThan(15);
  });

  test('nor does a plain unshare(1) keep anybody in', () => {
    const words = ['--mount', '--propagation', 'private', '--pid', '--fork', probePath()];
    const env = { ...process.env, ...probeEnvironment(false) };
    const output = execFileSync('unshare', words, { encoding: 'utf8', env });
    expect(waysOut(output).length).toBeGreaterThan(20);
  });
});

describe('whoever runs it, in a user namespace', () => {
  test('container', async () => {
    const output = await probed([`${ALL},user`, TMP, 'profile = container']);
    expect(waysOut(output)).toEqual([]);
  });
});
