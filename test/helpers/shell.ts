// An interactive shell on a terminal of its own (script(1)), to type at; and what the commands that were typed got as arguments.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { MAIN } from './cli.ts';
import { until } from './until.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

const DEADLINE_MS = 20_000;

/** `tsjail` is a function that writes down what it gets; whoever asks for the command itself gets the built one. */
const SHELLS: Readonly<
  Record<Shell, { readonly start: string; readonly set: (script: string, got: string) => string }>
> = {
  bash: {
    start: 'bash --norc --noprofile -i',
    set: (script, got) =>
      `source ${script}; tsjail() { printf '<%s>\\n' "$@" >${got}.new; mv ${got}.new ${got}; }`,
  },
  zsh: {
    start: 'zsh -f -i',
    set: (script, got) =>
      `autoload -Uz compinit; compinit -D; source ${script}; tsjail() { printf '<%s>\\n' "$@" >${got}.new; mv ${got}.new ${got}; }`,
  },
  fish: {
    start: 'fish --no-config -i',
    set: (script, got) =>
      `source ${script}; function tsjail; printf '<%s>\\n' $argv >${got}.new; mv ${got}.new ${got}; end`,
  },
};

export class TypedShell {
  readonly directory: string;
  readonly #child: ChildProcess;
  #shown = '';
  #count = 0;

  constructor(shell: Shell, directory: string, script: string, control: string) {
    this.directory = directory;
    const bin = join(directory, 'bin');
    const work = join(directory, 'work');
    for (const each of [bin, work]) mkdirSync(each);
    writeFileSync(join(directory, 'script'), script);
    writeFileSync(join(bin, 'tsjail'), `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`);
    chmodSync(join(bin, 'tsjail'), 0o755);
    const { start, set } = SHELLS[shell];
    this.#child = spawn('script', ['-qfc', start, '/dev/null'], {
      cwd: work,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: {
        PATH: `${bin}:${process.env.PATH}`,
        HOME: directory,
        HISTFILE: '',
        TERM: 'xterm',
        LANG: 'C.UTF-8',
        TSJAIL_CONTROL: control,
      },
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#shown += chunk.toString();
    });
    this.#type(`${set(join(directory, 'script'), join(directory, 'got'))}\r`);
  }

  #type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** The arguments that `tsjail LINE` has once TAB was pressed at the end of it. */
  async complete(line: string): Promise<string[]> {
    const got = join(this.directory, 'got');
    const mine = join(this.directory, `got-${++this.#count}`);
    this.#type(`tsjail ${line}\t\r`);
    await this.#there(got, line);
    this.#type(`mv ${got} ${mine}\r`);
    await this.#there(mine, line);
    const text = readFileSync(mine, 'utf8');
    return text
      .split('\n')
      .slice(0, -1)
      .map((word) => word.slice(1, -1));
  }

  async #there(path: string, line: string): Promise<void> {
    await until(`what came of ${line}`, () => existsSync(path), DEADLINE_MS).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#shown}`);
    });
  }

  async end(): Promise<void> {
    const over = new Promise((resolve) => this.#child.on('close', resolve));
    this.#child.kill('SIGKILL');
    await over;
  }
}

export function typedShell(shell: Shell, directory: string, script: string, control: string): TypedShell {
  const typed = new TypedShell(shell, directory, script, control);
  onTestFinished(() => typed.end());
  return typed;
}
