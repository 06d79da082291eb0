// A root file system of almost nothing: directories and links of its own, programs and libraries of the host.
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import type { VassalConfig } from '../../src/config/vassal-config.ts';
import { config } from '../unit/config/helpers.ts';
import { tempDirectory } from './temp-directory.ts';
import { located } from './vassal-config.ts';

export interface SmallRoot {
  readonly path: string;
  /** Lines that make it complete. */
  readonly lines: readonly string[];
}

/** Where the host has programs and libraries besides /usr; links into it on most. */
const PARTS = ['bin', 'sbin', 'lib', 'lib64'];

export function smallRoot(): SmallRoot {
  const parent = tempDirectory();
  chmodSync(parent, 0o755);
  const path = join(parent, 'root');
  for (const name of ['', 'usr', 'etc', 'proc', 'run', 'tmp']) mkdirSync(join(path, name));
  writeFileSync(join(path, 'etc/secret'), 'secret\n');
  const lines = ['bind-ro = /usr'];
  for (const name of PARTS) {
    const found = lstatSync(`/${name}`, { throwIfNoEntry: false });
    if (found?.isSymbolicLink()) symlinkSync(readlinkSync(`/${name}`), join(path, name));
    else if (found) lines.push(`bind-ro = /${name}`);
  }
  return { path, lines };
}

/** What a file of these lines, and a command for the shell, makes. */
export function vassalOf(lines: readonly string[], script: string): VassalConfig {
  return { ...config(lines), command: located(['sh', '-c', script]) };
}

/** Every name below `path`, but for what is below the directories of the host. */
export function namesBelow(path: string): string[] {
  const names = readdirSync(path, { withFileTypes: true, recursive: true });
  return names.map((entry) => relative(path, join(entry.parentPath, entry.name))).sort();
}

/** Mount points of a mountinfo. */
export function mountPoints(mountinfo: string): string[] {
  return mountinfo.split('\n').flatMap((line) => line.match(/^\d+ \d+ \d+:\d+ \S+ (\S+) /)?.[1] ?? []);
}
