// A daemon whose program is replaced: asked for, awaited, and held up in the middle, where nobody is at home.
import { cpSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DaemonVersion } from '../../src/control/protocol.ts';
import type { ReexecAnswer, VassalView } from '../../src/emperor/view.ts';
import type { TestEmperor } from './emperor.ts';
import { tempDirectory } from './temp-directory.ts';
import { until } from './until.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export async function reexecs(daemon: TestEmperor): Promise<number> {
  return ((await daemon.call('GET', '/v1/version')).body as DaemonVersion).reexecs;
}

export async function askReexec(daemon: TestEmperor): Promise<ReexecAnswer> {
  return (await daemon.call('POST', '/v1/reexec')).body as ReexecAnswer;
}

/** Resolves when the new code answers. */
export async function reexec(daemon: TestEmperor): Promise<void> {
  const before = await reexecs(daemon);
  const answer = await askReexec(daemon);
  if (!answer.ok) throw new Error(`${answer.message}\n${daemon.output}`);
  await replaced(daemon, before);
}

export async function replaced(daemon: TestEmperor, before: number): Promise<void> {
  await until('the new code', async () => (await reexecs(daemon).catch(() => before)) > before);
}

/** What must be the same of a vassal afterwards, and what time and use change by themselves. */
export function lasting(view: VassalView | undefined): Partial<VassalView> {
  const { memoryBytes, cpuUsec, pids, loyal, ...rest } = view as VassalView;
  return rest;
}

/** Holds the new code up before its first line, once for each re-exec. */
export class Between {
  readonly #directory = tempDirectory();
  readonly env: NodeJS.ProcessEnv;

  constructor() {
    const script = join(this.#directory, 'hold.cjs');
    const path = (name: string) => JSON.stringify(join(this.#directory, name));
    writeFileSync(
      script,
      `const { existsSync, rmSync, writeFileSync } = require('node:fs');
if ((process.env.TSJAIL_REEXEC ?? '').startsWith('place')) {
  writeFileSync(${path('entered')}, '');
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (!existsSync(${path('go')})) Atomics.wait(cell, 0, 0, 5);
  rmSync(${path('go')});
}
`,
    );
    this.env = { NODE_OPTIONS: `--require=${script}` };
  }

  /** The old code is no more, and the new one has not begun. */
  async entered(): Promise<void> {
    const file = join(this.#directory, 'entered');
    await until('the exec', () => existsSync(file), 40_000);
    rmSync(file);
  }

  leave(): void {
    writeFileSync(join(this.#directory, 'go'), '');
  }

  /** Does something while nobody is at home. */
  async during(daemon: TestEmperor, deed: () => Promise<void> | void): Promise<void> {
    const before = await reexecs(daemon);
    daemon.child.kill('SIGUSR2');
    await this.entered();
    try {
      await deed();
    } finally {
      this.leave();
    }
    await replaced(daemon, before);
  }
}

/** A copy of the built program that may be spoiled; gives its main.js. */
export function copyOfProgram(): string {
  const root = tempDirectory();
  for (const name of ['dist', 'package.json'])
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  symlinkSync(join(ROOT, 'build'), join(root, 'build'));
  return join(root, 'dist/main.js');
}
