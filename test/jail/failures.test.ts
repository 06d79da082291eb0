// A set-up that fails says which step, why, and what it was about; nothing of it stays.
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { NamespaceName } from '../../src/config/namespaces.ts';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { runJail } from '../helpers/jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';
import { located } from '../helpers/vassal-config.ts';

const FULL: NamespaceName[] = ['fs', 'net', 'ipc', 'uts', 'pid'];
const AT = '/etc/tsjail/vassals/web.ini:2:1: ';

/** The sentence, which must name the line where the config asked for it. */
async function said(
  changes: Partial<VassalConfig>,
  namespaces: readonly NamespaceName[] = FULL,
): Promise<string> {
  const end = await runJail({ namespaces: located(new Set(namespaces)), ...changes });
  expect(end.command).toBeNull();
  expect(end.said).toBeDefined();
  expect(end.said?.slice(0, AT.length)).toBe(AT);
  return end.said?.slice(AT.length) ?? '';
}

function file(name: string, text: string, mode = 0o755): string {
  const path = join(tempDirectory(), name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describeRoot('a command that cannot be run', () => {
  test('is not there', async () => {
    expect(await said({ command: located(['/no/such']) })).toBe(
      'exec /no/such: ENOENT, no such file or directory (/no/such is not there)',
    );
  });

  test('is not in PATH', async () => {
    const env = new Map([['PATH', located('/bin:/usr/games')]]);
    expect(await said({ command: located(['nosuch']), env })).toBe(
      "exec nosuch: ENOENT, no such file or directory ('nosuch' is not in PATH)",
    );
  });

  test('is not executable', async () => {
    const path = file('data', 'x', 0o644);
    expect(await said({ command: located([path]) })).toContain('EACCES, permission denied');
  });

  test('is a directory', async () => {
    expect(await said({ command: located(['/usr']) })).toBe(
      'exec /usr: EACCES, permission denied (/usr is a directory)',
    );
  });

  test('is no program', async () => {
    expect(await said({ command: located([file('data', 'echo hi')]) })).toMatch(/ENOEXEC.*neither a program/);
  });

  test('is a script with a bad interpreter', async () => {
    const path = file('script', '#!/no/such/interpreter -x\n');
    expect(await said({ command: located([path]) })).toContain(
      'wants the interpreter /no/such/interpreter, which is not there',
    );
    const windows = file('script', '#!/bin/sh\r\necho\r\n');
    expect(await said({ command: located([windows]) })).toContain('its first line ends in a carriage return');
  });

  test('is a loop of links', async () => {
    const path = join(tempDirectory(), 'loop');
    symlinkSync(path, path);
    expect(await said({ command: located([path]) })).toContain('ELOOP');
  });

  test('is found in PATH but may not be run', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'tool'), 'x', { mode: 0o644 });
    const env = new Map([['PATH', located(directory)]]);
    expect(await said({ command: located(['tool']), env })).toContain(
      `${directory}/tool may not be executed`,
    );
  });

  test('has too long a command line', async () => {
    expect(await said({ command: located(['/bin/true', 'x'.repeat(200_000)]) })).toMatch(/E2BIG.*too large/);
  });
});

describeRoot('a step that fails', () => {
  test('chdir to nowhere', async () => {
    expect(await said({ chdir: located('/no/such') })).toBe(
      'chdir /no/such: ENOENT, no such file or directory',
    );
  });

  test('chdir to a place that the user may not enter comes before the ids change, as in uWSGI', async () => {
    const path = join(tempDirectory(), 'locked');
    mkdirSync(path, { mode: 0o700 });
    const user = { uid: 1000, gid: 1000, name: undefined, home: undefined, shell: undefined };
    const end = await runJail({
      command: located(['pwd']),
      chdir: located(path),
      user: located(user),
      gid: located(1000),
      groups: [],
    });
    expect(end.said).toBeUndefined();
  });

  test('a user that is not in the map', async () => {
    const map = [located({ inside: 0, outside: 100_000, count: 10 })];
    const user = { uid: 1000, gid: 0, name: undefined, home: undefined, shell: undefined };
    const text = await said({ uidMap: map, gidMap: map, user: located(user), gid: located(0), groups: [] }, [
      'user',
      'pid',
      'fs',
    ]);
    expect(text).toContain('uid 1000 is not in the map');
  });

  test('a limit above what is allowed', async () => {
    const limits = new Map([['nofile', located({ soft: 2 ** 40, hard: 2 ** 40 })]]);
    expect(await said({ limits })).toMatch(
      /^rlimit nofile 1099511627776 1099511627776: EPERM, operation not permitted \((the hard limit is \d+, and more needs CAP_SYS_RESOURCE|above what the system allows)\)$/,
    );
  });
});
