// What can be seen of a plan before it is carried out, where this user may not look.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { obstaclesTo } from '../../../src/emperor/preflight.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import type { Plan } from '../../../src/plan/step.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { config } from '../config/helpers.ts';

const NOBODY = 65_534;

function planOf(command: string, path: string): Plan {
  const at = { file: '/v/web.ini', line: 2, column: 1 };
  const steps = [{ name: 'exec', args: ['1', command, `PATH=${path}`], at }] as const;
  return {
    name: 'web',
    cloneFlags: 0,
    steps,
    outside: undefined,
    cgroups: undefined,
    ownPidNamespace: false,
    hostSockets: [],
    owner: undefined,
  };
}

/** From here on this test is no root: root may look everywhere. */
function becomeOrdinary(): void {
  if (process.geteuid?.() !== 0) return;
  process.seteuid?.(NOBODY);
  onTestFinished(() => process.seteuid?.(0));
}

test('a directory of PATH that may not be searched hides no program that is nowhere else', async () => {
  const directory = tempDirectory();
  const [closed, open] = [join(directory, 'closed'), join(directory, 'open')];
  for (const each of [closed, open]) mkdirSync(each);
  for (const each of [directory, open]) chmodSync(each, 0o755);
  writeFileSync(join(open, 'there'), '', { mode: 0o755 });
  chmodSync(closed, 0);
  onTestFinished(() => chmodSync(closed, 0o700));
  becomeOrdinary();
  const messages = async (command: string) =>
    (await obstaclesTo(planOf(command, `${closed}:${open}`))).map(({ message }) => message);
  expect(await messages('there')).toEqual([]);
  expect(await messages('slep')).toEqual(['no program `slep` in PATH']);
});

/** A file and a FIFO take each other's place, for as long as the test lasts. */
const SWAPS = `
import os, sys
os.chdir(sys.argv[1])
while True:
    for name in ('file', 'fifo'):
        os.link(name, 'new')
        os.rename('new', 'program')
`;

test.skipIf(!existsSync('/usr/bin/python3'))('a program that becomes a FIFO holds nobody up', async () => {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'file'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(directory, 'program'), '');
  execFileSync('mkfifo', ['-m', '755', join(directory, 'fifo')]);
  const swapper = spawn('/usr/bin/python3', ['-c', SWAPS, directory]);
  onTestFinished(() => void swapper.kill('SIGKILL'));
  const plan = planOf(join(directory, 'program'), '/usr/bin');
  const look = async () => (await obstaclesTo(plan)).map(({ message }) => message).join();
  // Both have been there, many times.
  const seen = new Set<string>();
  for (let rounds = 0; rounds < 800 || seen.size < 2; rounds++) seen.add(await look());
  expect(seen).toContain('');
});

describe('a root file system', () => {
  const CONTEXT = { environment: {}, uid: 0, terminal: false };
  const told = async (...lines: string[]) => {
    const obstacles = await obstaclesTo(buildPlan(config(lines), CONTEXT));
    return obstacles.map(({ line, code, message }) => `${line} ${code}: ${message}`);
  };

  test('a root or a source that is not there, at its line', async () => {
    expect(await told('namespace = /no/root', 'bind = /no/source:/a', 'bind-ro = /usr')).toEqual([
      '2 cannot-start: /no/root is not there',
      '3 cannot-start: /no/source is not there',
    ]);
    expect(await told('clone = fs', 'chroot = /etc/passwd', 'overlay = /no/lower:/b')).toEqual([
      '3 cannot-start: /etc/passwd is not a directory',
      '4 cannot-start: /no/lower is not there',
    ]);
  });

  test('nothing is said of the command in it, of what a hook may make, and of what was put there', async () => {
    expect(await told('namespace = /etc', 'chdir = /no/such', 'tmpfs = /no/target')).toEqual([]);
    expect(await told('clone = fs', 'hook-post-jail = mkdir:/no', 'chroot = /no')).toEqual([]);
    expect(await told('clone = fs', 'overlay = /usr:/mnt', 'bind = /mnt/no/such:/tmp')).toEqual([]);
  });
});
