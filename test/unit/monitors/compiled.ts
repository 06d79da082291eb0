// The monitors as JavaScript in a directory of their own, for tests that need a process of their own.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { ADDON } from './recorder.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;

export interface Child {
  readonly output: string;
  readonly code: number | null;
}

/** To be called at the top of a test file. What comes back makes a module of `script`, which finds `openMonitor`,
 *  `disk`, `print` and `listener` (each call printed as one line of JSON) there, and gives its path. */
export function compileMonitors(): (script: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'tsjail-test-'));
  beforeAll(() => compileInto(directory));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  let scripts = 0;
  return (script) => {
    const path = join(directory, `script${scripts++}.js`);
    writeFileSync(path, `${PRELUDE}${script}`);
    return path;
  };
}

function compileInto(directory: string): void {
  const compilerOptions = {
    rootDir: join(ROOT, 'src'),
    outDir: directory,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions,
    include: [join(ROOT, 'src/monitors')],
  };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', directory], { stdio: 'inherit' });
}

const PRELUDE = `
import { createRequire } from 'node:module';
import { writeSync } from 'node:fs';
import { openDisk } from './monitors/disk.js';
import { openMonitor } from './monitors/open.js';
const disk = openDisk(createRequire(import.meta.url)(${JSON.stringify(ADDON)}));
const print = (...values) => writeSync(1, JSON.stringify(values) + '\\n');
const listener = Object.fromEntries(['changed', 'unreadable', 'removed', 'trouble'].map((kind) =>
  [kind, (value) => print(kind, value?.name ?? value)]));
`;

export function runScript(command: string, args: readonly string[], deadlineMs = 15_000): Promise<Child> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`still there after ${deadlineMs} ms; printed: ${output}`));
    }, deadlineMs);
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ output, code });
    });
  });
}
