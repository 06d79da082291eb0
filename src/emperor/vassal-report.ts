// What is told of one vassal: to the daemon's log, to whoever listens to events, and between the vassal's own lines.
import { inOneLine } from '../config/problems/format.ts';
import type { Problem } from '../config/problems/problem.ts';
import type { VassalOutput } from '../output/line.ts';
import { duration } from './exit-words.ts';
import type { Life } from './state.ts';
import type { KillReason, LastExit, VassalEvent } from './view.ts';

export interface ReportParts {
  readonly event: (event: VassalEvent) => void;
  readonly log: (level: 'info' | 'warn' | 'error', vassal: string, message: string) => void;
}

/** How a good text, or the wish for a reload, reaches what runs. */
export type Reloading = 'new-jail' | 'overlap' | 'in-place' | 'signal' | 'none' | 'refused';

const REPEATS_LOGGED = 3;
const IS_KEPT: ReadonlySet<Life['state']> = new Set(['running', 'starting']);

export class VassalReport {
  readonly #name: string;
  readonly #output: VassalOutput;
  readonly #parts: ReportParts;
  /** What waits to be told; undefined: all is told at once. */
  #held: (() => void)[] | undefined;

  constructor(name: string, output: VassalOutput, parts: ReportParts) {
    this.#name = name;
    this.#output = output;
    this.#parts = parts;
  }

  /** Nothing is told before tellHeld(): to be called in the same turn of the loop. */
  hold(): void {
    this.#held ??= [];
  }

  /** In the order in which it came. */
  tellHeld(): void {
    // Who is told may have more to be told of: behind what came earlier.
    for (let tell = this.#held?.shift(); tell; tell = this.#held?.shift()) tell();
    this.#held = undefined;
  }

  /** Its file at `source` is bad. */
  refused(problems: readonly Problem[], source: string, life: Life): void {
    const [first, ...more] = problems.filter((problem) => problem.severity === 'error');
    const others = more.length === 0 ? '' : `; and ${more.length} more: tsjail check ${source}`;
    const text = first ? `${inOneLine(first)}${others}` : 'invalid config';
    const kept = life.jail === 'none' ? '' : '; what runs is kept';
    this.#log('error', `${text}${kept}`);
    this.#tell('invalid', life, text);
  }

  /** What a good text is warned of, unless it was `before`. */
  warnings(problems: readonly Problem[], before: readonly Problem[]): void {
    const known = new Set(before.map(inOneLine));
    for (const line of problems.map(inOneLine)) if (!known.has(line)) this.#log('warn', line);
  }

  /** Something that runs shall end: an operator says so. */
  asked(what: 'stop' | 'restart', { state }: Life): void {
    if (IS_KEPT.has(state)) this.#log('info', `${what}: asked for`);
  }

  /** Something that runs is brought up to date, because of something. */
  reloading(how: Reloading, because: string, { state }: Life): void {
    if (IS_KEPT.has(state)) this.#log('info', `${because}: ${RELOADING[how]}`);
  }

  entered(life: Life, pid: number | null, startUsec: number | null): void {
    if (life.state === 'running' && isLogged(life.failures)) {
      const took = startUsec === null ? '' : ` (${(startUsec / 1000).toFixed(1)} ms)`;
      this.#log('info', `running, generation ${life.generation}, pid ${pid}${took}`);
    }
    this.#tell('state', life, life.state);
  }

  /** Its set-up waits for something that somebody else is to make. */
  waiting(what: string, life: Life): void {
    const text = `waiting for ${what}`;
    if (isLogged(life.failures)) this.#log('info', text);
    this.#tell('state', life, text);
  }

  /** It sleeps until somebody connects. */
  listening(addresses: readonly string[], life: Life): void {
    const text = `waiting on ${addresses.join(', ')}`;
    if (isLogged(life.failures)) this.#log('info', text);
    this.#tell('state', life, text);
  }

  /** Nobody has wanted anything of it for so long. */
  idle(ms: number): void {
    this.#log('info', `idle for ${duration(ms)}: stopping it until somebody connects`);
  }

  /** `life` is what followed, `asked` whether the end was wanted. */
  ended(exit: LastExit, life: Life, asked: boolean): void {
    const { failures, state, nextStart, since } = life;
    const next = nextStart === null ? '' : `; restart in ${duration(nextStart - since)}`;
    const gaveUp = state === 'failed' ? `; start-limit: ${failures} ends in a row` : '';
    const often = state === 'backoff' && failures > REPEATS_LOGGED ? `; ${failures} ends in a row` : '';
    const text = `${exit.message}${next}${gaveUp}${often}`;
    this.#note(text, life.generation);
    this.#tell('exit', life, text);
    if (state === 'backoff' && !isLogged(failures)) return;
    this.#log(exit.reason === 'success' || asked ? 'info' : 'warn', text);
  }

  warning(text: string): void {
    this.#log('warn', text);
  }

  killing(why: KillReason): void {
    const what = why === 'stuck' ? 'it says that it is stuck' : `${why} is over`;
    this.#log('warn', `${what}: killing the whole jail`);
  }

  /** What was to take its place came to nothing. */
  successorFailed(exit: LastExit): void {
    const text = `the new one failed: ${exit.message}; the former one runs on`;
    this.#note(text);
    this.#log('error', text);
  }

  /** Another one has its place. */
  retired(exit: LastExit): void {
    this.#note(`the former one ${exit.message}`);
    this.#log('info', `the former one ${exit.message}`);
  }

  removed(life: Life): void {
    this.tellHeld();
    this.#tell('removed', life, 'removed');
  }

  /** Something of it could not be cleaned up. */
  trouble(text: string): void {
    this.#note(text);
    this.#log('error', text);
  }

  #tell(event: VassalEvent['event'], { state }: Life, message: string): void {
    const at = Date.now() / 1000;
    this.#say(() => this.#parts.event({ at, vassal: this.#name, event, state, message }));
  }

  #log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#say(() => this.#parts.log(level, this.#name, message));
  }

  #note(text: string, generation?: number): void {
    this.#say(() => this.#output.note(text, generation));
  }

  #say(tell: () => void): void {
    if (this.#held) this.#held.push(tell);
    else tell();
  }
}

const RELOADING: Readonly<Record<Reloading, string>> = {
  'new-jail': 'reloading',
  overlap: 'reloading: a new one is started, the present one runs until that is ready',
  'in-place': 'reloading in its place',
  signal: 'sending the reload signal',
  none: 'left as it is (`reload = none`)',
  refused: 'refused',
};

/** A crash loop fills no disk: after the third end in a row only powers of two are told of. */
function isLogged(failures: number): boolean {
  return failures <= REPEATS_LOGGED || Number.isInteger(Math.log2(failures));
}
