// The probe (test/probe/probe.c) in jails of the real daemon whose files say nothing of a profile: it finds no way out, and many
// where a file takes the profile back.
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { emperor, type TestEmperor } from '../helpers/emperor.ts';
import { describeWith } from '../helpers/need-program.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { probeEnvironment, probePath, useProbe, waysOut } from '../helpers/probe.ts';
import { smallRoot } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { ANNA, put, tyrant } from '../helpers/tyrant.ts';

useProbe();

const ALL = 'fs,net,ipc,uts,pid,cgroup';
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** What it is to look for, as lines of a vassal's file. */
function told(daemon: TestEmperor, ownRoot = false): Record<string, string> {
  return {
    ...probeEnvironment(ownRoot),
    PROBE_CONTROL: daemon.control,
    PROBE_VASSALS: daemon.vassals,
    PROBE_OWN_FILE: daemon.path('probe.ini'),
  };
}

function asLines(environment: Record<string, string>): string[] {
  return Object.entries(environment).map(([name, value]) => `env = ${name}=${value}`);
}

/** What the vassal `probe` has said, when it is over. */
async function saidBy(daemon: TestEmperor): Promise<string> {
  const view = await daemon.until('probe', (each) => each?.lastExit != null || each?.state === 'invalid');
  if (view.lastExit === null) expect.fail(daemon.output);
  return daemon.output;
}

/** The lines of the probe among those of the daemon. */
function linesOf(output: string, word: string): string[] {
  return output.split('\n').flatMap((line) => {
    const at = line.indexOf(`${word} `);
    return at >= 0 && /^(ok|FAIL|skip) [a-z0-9-]+(:|$)/.test(line.slice(at)) ? [line.slice(at)] : [];
  });
}

function expectNoWayOut(output: string, mostSkipped = 3): void {
  expect(waysOut(linesOf(output, 'FAIL').join('\n'))).toEqual([]);
  expect(linesOf(output, 'skip').length, linesOf(output, 'skip').join('\n')).toBeLessThanOrEqual(mostSkipped);
  expect(linesOf(output, 'ok').length).toBeGreaterThan(60);
}

const FILE = ['restart = never', 'log-rate-limit = off'];

async function probed(
  lines: readonly string[],
  options: { ownRoot?: boolean; uid?: number } = {},
): Promise<string> {
  const { ownRoot = false, uid } = options;
  const daemon = await emperor({ files: {}, ...(uid === undefined ? {} : { uid }) });
  chmodSync(daemon.root, 0o755);
  const command = `command = ${ownRoot ? '/probe/probe' : probePath()}`;
  daemon.put(
    'probe.ini',
    ['[vassal]', ...FILE, ...lines, ...asLines(told(daemon, ownRoot)), command, ''].join('\n'),
  );
  return saidBy(daemon);
}

describeRoot("root's daemon, without a word on a profile", () => {
  test.each([
    ['root', [`clone = ${ALL}`]],
    ['nobody', [`clone = ${ALL}`, 'uid = nobody']],
    ['root of a user namespace', [`clone = ${ALL},user`]],
    ['root of the host by a map', [`clone = ${ALL},user`, 'uid-map = 0:0:65535', 'gid-map = 0:0:65535']],
  ] as const)('%s', async (_name, lines) => expectNoWayOut(await probed(lines)));

  test.each([
    ['root', []],
    ['a number', ['uid = 1000', 'gid = 1000']],
    ['root, with a /sys of its own', ['hook-as-root = mount:sysfs none /sys']],
  ] as const)('a root of its own, as %s', async (_name, lines) => {
    const { path, lines: more } = smallRoot();
    for (const name of ['probe', 'sys', 'dev']) mkdirSync(join(path, name));
    copyFileSync(probePath(), join(path, 'probe', 'probe'));
    const output = await probed(
      [`namespace = ${path}`, 'namespace-net = true', 'clone = cgroup', ...lines, ...more],
      { ownRoot: true },
    );
    expectNoWayOut(output, 4);
  });

  test.each([
    [
      'fs and pid alone',
      'clone = fs,pid',
      ['host-files', 'host-service', 'daemon-socket', 'vassal-files', 'mount', 'core-pattern'],
    ],
  ] as const)('profile = open: there are ways, with %s', async (_name, clone, expected) => {
    const names = linesOf(await probed([clone, 'profile = open']), 'FAIL').map(
      (line) => line.split(/[ :]/)[1],
    );
    for (const name of expected) expect(names).toContain(name);
    expect(names.length).toBeGreaterThan(30);
  });

  test('a tenant', async () => {
    const daemon = await tyrant(`--emperor-use-clone=${ALL}`);
    put(daemon, 'probe.ini', ANNA, [...FILE, ...asLines(told(daemon)), `command = ${probePath()}`]);
    expectNoWayOut(await saidBy(daemon));
  });

  test('what a tenant says of it counts for nothing where the daemon makes his jail', async () => {
    const daemon = await tyrant(`--emperor-use-clone=${ALL}`);
    put(daemon, 'probe.ini', ANNA, ['profile = open', `command = ${probePath()}`]);
    await daemon.said(/probe\.ini:2:\d+: .*`profile = open` is not for a tenant/);
  });
});

describe("an ordinary user's daemon", () => {
  test('root of his user namespace', async () => {
    expectNoWayOut(await probed([`clone = ${ALL}`], isRoot ? { uid: NOBODY } : {}), 4);
  });
});

describeWith('uwsgi_python3', "uWSGI's own files", () => {
  const APP = `
import os, subprocess
for line in subprocess.run([os.environ['PROBE']], capture_output=True, text=True).stdout.splitlines(): print(line, flush=True)
def application(env, start):
    start('200 OK', [])
    return [b'']
`;

  test.each([
    ['as root', []],
    ['that takes another user', ['uid = nobody', 'gid = nogroup']],
  ] as const)('%s', async (_name, lines) => {
    const directory = tempDirectory();
    chmodSync(directory, 0o777);
    writeFileSync(join(directory, 'app.py'), APP);
    const daemon = await emperor({ args: [`--emperor-use-clone=${ALL}`], files: {} });
    chmodSync(daemon.root, 0o755);
    const environment = asLines({ ...told(daemon), PROBE: probePath() });
    const uwsgi = [
      'plugin = python3',
      'need-app = true',
      'master = true',
      'lazy-apps = true',
      `chdir = ${directory}`,
    ];
    const text = [
      ...['[uwsgi]', ...uwsgi, 'module = app', `http-socket = ${directory}/http.sock`, ...lines],
      ...['[vassal]', 'log-rate-limit = off', ...environment, ''],
    ];
    daemon.put('probe.ini', text.join('\n'));
    await daemon.said(/(ok|FAIL|skip) perf[\s\S]*(ok|FAIL|skip) daemon-socket/, 20_000);
    // The descriptors above 2 are uWSGI's own: its pipe to the daemon, its sockets and its epoll.
    const found = linesOf(daemon.output, 'FAIL').filter(
      (line) => !/^FAIL (ignored-signals|descriptors)/.test(line),
    );
    expect(found).toEqual([]);
  });
});
