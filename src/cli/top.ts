// `tsjail top`: what vassals use, live. The daemon is asked only while somebody looks.
import { PATHS } from '../control/protocol.ts';
import type { VassalView } from '../emperor/view.ts';
import { loadNative } from '../jail/native.ts';
import { readUsage } from '../system/cgroup-usage.ts';
import { ADDON_PATH } from '../system/paths.ts';
import { cut, shown } from './cells.ts';
import type { Call } from './command.ts';
import { askAbout, askDaemon } from './daemon.ts';
import { EXIT, Failure, UsageError } from './errors.ts';
import { printJsonLine } from './json.ts';
import { keysIn } from './keys.ts';
import { isMeant } from './meant.ts';
import { meantNames } from './meant-names.ts';
import { Screen } from './screen.ts';
import { inOrder, matching, rowsOf, type Sample, type TopRow } from './top-rows.ts';
import { FIRST_STATE, press, type TopState, within } from './top-state.ts';
import { topLines } from './top-table.ts';
import { clock, size } from './units.ts';
import { summaryOf } from './vassal-words.ts';

const INTERVAL_MS = 1000;
/** A daemon that has gone for longer does not come back. */
const PATIENCE_MS = 5000;
/** Above and below the rows: summary, filter, header, keys. */
const OTHER_LINES = 4;
/** What comes last is cut first. */
const KEYS = 'q quit   / filter   sort: c cpu  m memory  p pids  r restarts  n name   ↑ ↓ PgUp PgDn';

export async function top(call: Call): Promise<number> {
  const { json, once } = call.options;
  const samples = samplesOf(call);
  await knowAll(call);
  if (json)
    return print(call, samples ?? Number.POSITIVE_INFINITY, (rows) => printJsonLine(call.io.out, rows));
  if (!call.io.out.isTTY || !call.io.stdinIsTTY || once || samples !== undefined)
    return print(call, samples ?? 1, (rows) => printTable(call, rows));
  return new Live(call).run();
}

/** A name that means nobody is told before anything is shown; one that goes later leaves the table. */
async function knowAll(call: Call): Promise<void> {
  for (const name of await meantNames(call))
    await askAbout(call, name, (client) => client.get(PATHS.vassal(name)));
}

function samplesOf({ options }: Call): number | undefined {
  const { once, samples } = options;
  if (samples === undefined) return once ? 1 : undefined;
  if (!/^[1-9]\d{0,8}$/.test(samples))
    throw new UsageError(`\`--samples\` takes a number of at least 1, not \`${samples}\``);
  return Number(samples);
}

/** One more sample than is shown: it takes two to tell what is used. */
async function print(call: Call, count: number, show: (rows: readonly TopRow[]) => void): Promise<number> {
  let before = await sample(call);
  for (let shown = 0; shown < count; shown++) {
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
    const now = await sample(call);
    show(inOrder(rowsOf(before, now), 'c', false));
    before = now;
  }
  return EXIT.done;
}

function printTable({ io, out }: Call, rows: readonly TopRow[]): void {
  const lines = topLines(rows, undefined, { style: out, width: io.out.isTTY ? io.out.columns : undefined });
  io.out.write(`${lines.join('\n')}\n`);
}

async function sample(call: Call): Promise<Sample> {
  const given = call.operands.map(({ value }) => value);
  const all = await askDaemon(call, (client) => client.get<VassalView[]>(PATHS.plainVassals));
  const wanted = given.length === 0 ? all : all.filter(({ name }) => given.some((by) => isMeant(name, by)));
  return { vassals: await withUsage(wanted), at: performance.now() };
}

/** Looked at here: a daemon of thousands has better things to do each second. */
async function withUsage(vassals: readonly VassalView[]): Promise<VassalView[]> {
  const groups = vassals.flatMap(({ cgroup }) => cgroup ?? []);
  const usage = (await readUsage(groups, loadNative(ADDON_PATH).readUsage)).values();
  return vassals.map((vassal) => (vassal.cgroup === null ? vassal : { ...vassal, ...usage.next().value }));
}

/** On the whole terminal. */
class Live {
  readonly #call: Call;
  #screen: Screen | undefined;
  #state: TopState = FIRST_STATE;
  #before: Sample | undefined;
  #now: Sample | undefined;
  #rows: readonly TopRow[] = [];
  #trouble = '';
  #timer: NodeJS.Timeout | undefined;
  #done: (code: number) => void = () => {};

  constructor(call: Call) {
    this.#call = call;
  }

  /** What fails before anything is shown is told as everywhere. */
  async run(): Promise<number> {
    this.#take(await sample(this.#call));
    const over = new Promise<number>((resolve) => {
      this.#done = resolve;
    });
    this.#screen = new Screen({
      typed: (text) => this.#typed(text),
      resized: () => this.#draw(),
      ended: (signal) => this.#done(128 + signal),
    });
    try {
      this.#draw();
      const asking = this.#ask();
      return await Promise.race([over, asking]);
    } finally {
      clearTimeout(this.#timer);
      this.#done = () => {};
      this.#screen.close();
    }
  }

  /** Rejects when the daemon has been away for too long. */
  async #ask(): Promise<never> {
    let lostAt = 0;
    for (;;) {
      await new Promise((resolve) => {
        this.#timer = setTimeout(resolve, INTERVAL_MS);
      });
      try {
        this.#take(await sample(this.#call));
        lostAt = 0;
        this.#trouble = '';
      } catch (error) {
        lostAt ||= Date.now();
        if (!(error instanceof Failure) || Date.now() - lostAt > PATIENCE_MS) throw error;
        this.#trouble = error.message;
      }
      this.#draw();
    }
  }

  #take(now: Sample): void {
    this.#before = this.#now;
    this.#now = now;
    this.#rows = rowsOf(this.#before, now);
  }

  #typed(text: string): void {
    for (const key of keysIn(text)) {
      if (key === 'suspend') {
        this.#screen?.suspend();
        continue;
      }
      const { rows, page } = { rows: this.#shown().length, page: this.#page };
      const next = press(this.#state, key, { rows, page });
      if (next === 'quit') return this.#done(EXIT.done);
      this.#state = next;
    }
    this.#draw();
  }

  get #page(): number {
    return Math.max(1, (this.#screen?.rows ?? 0) - OTHER_LINES);
  }

  #shown(): readonly TopRow[] {
    const { key, reversed, filter } = this.#state;
    return inOrder(matching(this.#rows, filter), key, reversed);
  }

  #draw(): void {
    const screen = this.#screen;
    if (screen === undefined || this.#now === undefined) return;
    const { out: style } = this.#call;
    const rows = this.#shown();
    const page = this.#page;
    this.#state = within(this.#state, { rows: rows.length, page });
    const { from, typing, filter } = this.#state;
    const [header = '', ...lines] = topLines(rows, this.#state, { style, width: screen.columns });
    const second = this.#trouble || (typing || filter ? `filter: ${shown(filter)}${typing ? '▏' : ''}` : '');
    const last =
      rows.length > page
        ? `${from + 1}–${Math.min(from + page, rows.length)} of ${rows.length}   ${KEYS}`
        : KEYS;
    screen.draw([
      cut(this.#summary(), screen.columns),
      style.paint(this.#trouble ? 'bad' : 'strong', cut(second, screen.columns)),
      header,
      ...padded(lines.slice(from, from + page), page),
      style.paint('quiet', cut(last, screen.columns)),
    ]);
  }

  #summary(): string {
    const cpu = this.#rows.reduce((sum, { cpuPercent }) => sum + (cpuPercent ?? 0), 0);
    const memory = this.#rows.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
    const time = clock(this.#call.io.now() / 1000);
    return `tsjail top  ${time}  cpu ${cpu.toFixed(1)} %  memory ${size(memory)}  ${summaryOf(this.#now?.vassals ?? [])}`;
  }
}

function padded(lines: readonly string[], count: number): string[] {
  return [...lines, ...Array<string>(Math.max(0, count - lines.length)).fill('')];
}
