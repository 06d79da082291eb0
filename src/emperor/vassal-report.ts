// What is told of one vassal: to the daemon's log, to whoever listens to events, and between the vassal's own lines.
import { inOneLine } from '../config/format.ts';
import type { Problem } from '../config/problem.ts';
import type { VassalOutput } from '../output/line.ts';
import { duration } from './exit-words.ts';
import type { KillReason } from './run.ts';
import type { Life } from './state.ts';
import type { LastExit, VassalEvent } from './view.ts';

export interface ReportParts {
  readonly event: (event: VassalEvent) => void;
  readonly log: (level: 'info' | 'warn' | 'error', vassal: string, message: string) => void;
}

const REPEATS_LOGGED = 3;

export class VassalReport {
  readonly #name: string;
  readonly #output: VassalOutput;
  readonly #parts: ReportParts;

  constructor(name: string, output: VassalOutput, parts: ReportParts) {
    this.#name = name;
    this.#output = output;
    this.#parts = parts;
  }

  /** Its file at `source` is bad. */
  refused(problems: readonly Problem[], source: string, life: Life): void {
    const [first, ...more] = problems.filter((problem) => problem.severity === 'error');
    const others = more.length === 0 ? '' : `; and ${more.length} more: tsjail check ${source}`;
    const text = first ? `${inOneLine(first)}${others}` : 'invalid config';
    const kept = life.jail === 'none' ? '' : '; what runs is kept';
    this.#parts.log('error', this.#name, `${text}${kept}`);
    this.#tell('invalid', life, text);
  }

  entered(life: Life, pid: number | null, startUsec: number | null): void {
    if (life.state === 'running') {
      const took = startUsec === null ? '' : ` (${(startUsec / 1000).toFixed(1)} ms)`;
      this.#parts.log('info', this.#name, `running, generation ${life.generation}, pid ${pid}${took}`);
    }
    this.#tell('state', life, life.state);
  }

  /** `life` is what followed, `asked` whether the end was wanted. */
  ended(exit: LastExit, life: Life, asked: boolean): void {
    const { failures, state, nextStart, since } = life;
    const next = nextStart === null ? '' : `; restart in ${duration(nextStart - since)}`;
    const gaveUp = state === 'failed' ? `; start-limit: ${failures} ends in a row` : '';
    const text = `${exit.message}${next}${gaveUp}`;
    this.#output.note(text);
    this.#tell('exit', life, text);
    // A crash loop fills no disk: after the third end in a row only powers of two are logged.
    if (state === 'backoff' && failures > REPEATS_LOGGED && !Number.isInteger(Math.log2(failures))) return;
    this.#parts.log(exit.reason === 'success' || asked ? 'info' : 'warn', this.#name, text);
  }

  killing(why: KillReason): void {
    this.#parts.log('warn', this.#name, `${why} is over: killing the whole jail`);
  }

  reloadSignalled(): void {
    this.#parts.log('info', this.#name, 'reload: signal sent');
  }

  removed(life: Life): void {
    this.#tell('removed', life, 'removed');
  }

  /** Something of it could not be cleaned up. */
  trouble(text: string): void {
    this.#output.note(text);
    this.#parts.log('error', this.#name, text);
  }

  #tell(event: VassalEvent['event'], { state }: Life, message: string): void {
    this.#parts.event({ at: Date.now() / 1000, vassal: this.#name, event, state, message });
  }
}
