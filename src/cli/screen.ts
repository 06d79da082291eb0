// The whole terminal for a while (the alternate screen of xterm), with every key as it is pressed; given back on every way out.
import { writeSync } from 'node:fs';

const STDOUT = 1;
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';
const ENDS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export interface ScreenHandlers {
  typed(text: string): void;
  resized(): void;
  /** Asked to end by a signal. */
  ended(signal: number): void;
}

export class Screen {
  readonly #handlers: ScreenHandlers;
  readonly #typed = (chunk: Buffer) => this.#handlers.typed(chunk.toString('utf8'));
  readonly #resized = () => this.#handlers.resized();
  readonly #continued = () => {
    this.#take();
    this.#handlers.resized();
  };
  readonly #ended = (_name: string, signal: number) => this.#handlers.ended(signal);
  /** Of whatever else ends the process. */
  readonly #left = () => this.#give();
  #isOurs = false;

  constructor(handlers: ScreenHandlers) {
    this.#handlers = handlers;
    process.on('exit', this.#left);
    for (const name of ENDS) process.on(name, this.#ended);
    process.on('SIGCONT', this.#continued);
    process.stdin.on('data', this.#typed);
    process.stdin.on('end', () => this.#handlers.ended(1)).on('error', () => this.#handlers.ended(1));
    process.stdout.on('resize', this.#resized).on('error', () => {});
    this.#take();
  }

  get columns(): number {
    return process.stdout.columns || 80;
  }

  get rows(): number {
    return process.stdout.rows || 24;
  }

  draw(lines: readonly string[]): void {
    if (!this.#isOurs) return;
    const text = lines.slice(0, this.rows).map((line) => line + REST_OF_LINE);
    write(HOME + text.join('\r\n') + REST_OF_SCREEN);
  }

  /** As ^Z does where a terminal is not raw. */
  suspend(): void {
    this.#give();
    process.kill(process.pid, 'SIGSTOP');
  }

  close(): void {
    this.#give();
    process.off('exit', this.#left);
    for (const name of ENDS) process.off(name, this.#ended);
    process.off('SIGCONT', this.#continued);
    process.stdin.off('data', this.#typed);
    process.stdout.off('resize', this.#resized);
    process.stdin.pause();
  }

  #take(): void {
    if (this.#isOurs) return;
    this.#isOurs = true;
    process.stdin.setRawMode(true);
    process.stdin.resume();
    write(ENTER);
  }

  #give(): void {
    if (!this.#isOurs) return;
    this.#isOurs = false;
    write(LEAVE);
    try {
      process.stdin.setRawMode(false);
    } catch {
      // The terminal was closed.
    }
  }
}

function write(text: string): void {
  try {
    writeSync(STDOUT, text);
  } catch {
    // Nobody looks any more: what ends us tells of it.
  }
}
