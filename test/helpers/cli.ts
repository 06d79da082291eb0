// The built command line: one call of `tsjail`, its exit code and what it said.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** A command in front of `node`, such as setpriv. */
  readonly wrapper?: readonly string[];
  readonly cwd?: string;
}

/** A call that goes on: its process, what it has said so far, and its end. */
export class CliCall {
  readonly child: ChildProcess;
  readonly end: Promise<CliResult>;
  stdout = '';
  stderr = '';
  #heard = () => {};

  constructor(args: readonly string[], options: CliOptions = {}) {
    const [command = '', ...rest] = [...(options.wrapper ?? []), process.execPath, MAIN, ...args];
    const env = { ...process.env, ...options.env };
    this.child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env, cwd: options.cwd });
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
      this.#heard();
    });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
      this.#heard();
    });
    this.end = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
        this.#heard();
      });
    });
  }

  /** Resolves when what it said on either stream matches. */
  async said(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.stdout + this.stderr)) {
      const next = new Promise<boolean>((resolve) => {
        this.#heard = () => resolve(false);
      });
      const over = await Promise.race([next, this.end.then(() => true)]);
      if (over && !pattern.test(this.stdout + this.stderr)) {
        throw new Error(`never said ${pattern}:\n${this.stdout}${this.stderr}`);
      }
    }
  }
}

export function tsjail(args: readonly string[], options?: CliOptions): Promise<CliResult> {
  return new CliCall(args, options).end;
}
