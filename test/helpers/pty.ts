// The built command line on a terminal of its own, as a user has it: what is typed, what is shown, what size it is.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { loadNative } from '../../src/jail/native.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';
import { MAIN } from './cli.ts';

const EPOLLIN = 1;
const DEADLINE_MS = 15_000;

export interface PtyOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export class PtyCall {
  readonly child: ChildProcess;
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
  shown = '';
  readonly #native = loadNative(ADDON_PATH);
  readonly #master: number;
  readonly #slave: number;
  #heard = () => {};
  #closed = false;

  constructor(args: readonly string[], { columns = 80, rows = 24, env = {} }: PtyOptions = {}) {
    const native = this.#native;
    [this.#master, this.#slave] = native.openTerminal();
    native.resizeTerminal(this.#master, columns, rows);
    const buffer = Buffer.alloc(64 * 1024);
    native.watch(this.#master, EPOLLIN, () => {
      const size = native.read(this.#master, buffer);
      if (size > 0) this.shown += buffer.toString('utf8', 0, size);
      this.#heard();
    });
    this.child = spawn('setsid', ['--ctty', '--wait', process.execPath, MAIN, ...args], {
      stdio: [this.#slave, this.#slave, this.#slave],
      env: { ...process.env, TERM: 'xterm', NO_COLOR: '', ...env },
    });
    this.exit = new Promise((resolve) => {
      this.child.on('exit', (code, signal) => {
        resolve({ code, signal });
        this.#heard();
      });
    });
    onTestFinished(() => {
      this.child.kill('SIGKILL');
      this.hangUp();
    });
  }

  /** Of tsjail itself, not of who made the terminal its own. */
  async pid(): Promise<number> {
    const { pid } = this.child;
    // setsid(1) forks only where it leads a process group already.
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return Number(children.split(' ')[0] || pid);
  }

  type(text: string): void {
    this.#native.write(this.#master, Buffer.from(text));
  }

  resize(columns: number, rows: number): void {
    this.#native.resizeTerminal(this.#master, columns, rows);
  }

  /** Settings as stty(1) has them: to be compared. */
  settings(): string {
    return spawnSync('stty', ['-g'], { stdio: [this.#slave, 'pipe', 'inherit'] }).stdout.toString();
  }

  /** As a terminal emulator that is closed. */
  hangUp(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#native.unwatch(this.#master);
    this.#native.close(this.#master);
    this.#native.close(this.#slave);
  }

  /** Resolves when what is shown matches, from `after` on. */
  async sees(pattern: RegExp, after = 0): Promise<void> {
    const end = Date.now() + DEADLINE_MS;
    while (!pattern.test(this.shown.slice(after))) {
      if (Date.now() > end) throw new Error(`never saw ${pattern}: ${JSON.stringify(this.shown)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.#heard = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
