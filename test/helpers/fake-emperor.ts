// An EmperorApi without a daemon: what it shows is set by the test, what is asked of it is written down.
import type { Problem } from '../../src/config/problems/problem.ts';
import { masked } from '../../src/config/secrets.ts';
import { Chronicle } from '../../src/emperor/chronicle.ts';
import type { Figures } from '../../src/emperor/figures.ts';
import type { Row } from '../../src/emperor/overview/row.ts';
import type { Round } from '../../src/emperor/overview/sampler.ts';
import type {
  ActionResult,
  EmperorApi,
  NumberedEvent,
  Order,
  VassalDetail,
  VassalEntry,
  VassalEvent,
  VassalView,
} from '../../src/emperor/view.ts';
import type { LogLine } from '../../src/output/line.ts';
import { daemonFigures, figuresLike } from './figures.ts';

export const NOW_SEC = 1_795_500_000;

/** A vassal that has been up for three hours; tests change what they are about. */
export function view(changes: Partial<VassalView> = {}): VassalView {
  const name = changes.name ?? 'web';
  return {
    name,
    source: `/etc/tsjail/vassals/${name}.ini`,
    state: 'running',
    pid: 12875,
    jailerPid: 12874,
    uid: 33,
    gid: 33,
    ready: true,
    loyal: true,
    generation: 1,
    restarts: 0,
    enabled: true,
    since: NOW_SEC - 3 * 3600,
    lastExit: null,
    waitingFor: null,
    statusText: null,
    nextStart: null,
    error: null,
    namespaces: null,
    sockets: [],
    after: [],
    cgroup: null,
    memoryBytes: 41 * 1024 * 1024,
    cpuUsec: 1_200_000,
    pids: 2,
    startUsec: 4123,
    attributes: {},
    ...changes,
  };
}

const DETAIL: VassalDetail = {
  exits: [],
  newNamespaces: null,
  limits: null,
  tenant: null,
  family: null,
  profile: { name: 'open', reason: 'the config says so' },
  readiness: 'exec',
  heartbeat: null,
  settings: [],
  failures: 0,
};

/** The same text is the same line. */
const numbers = new Map<string, number>();

function numberOf(text: string): number {
  const number = numbers.get(text) ?? numbers.size + 1;
  numbers.set(text, number);
  return number;
}

function row({ name, state, pid, uid, generation, restarts, since, nextStart, waitingFor }: VassalView): Row {
  const nothing = { statusText: null, held: false, lastExit: null, error: null, namespaces: ['mnt', 'pid'] };
  return { name, state, pid, uid, generation, restarts, since, nextStart, waitingFor, ...nothing };
}

export function line(text: string, changes: Partial<LogLine> = {}): LogLine {
  return { at: NOW_SEC, seq: numberOf(text), vassal: 'web', stream: 'out', text, ...changes };
}

export class FakeEmperor implements EmperorApi {
  readonly version = '1.2.3';
  readonly troubles: string[] = [];
  readonly vassals: VassalView[];
  readonly asked: string[] = [];
  readonly ring: LogLine[] = [];
  problems: readonly Problem[] = [];
  detail: Partial<VassalDetail> = {};
  /** What its config is said to hide. */
  readonly secrets: string[] = [];
  readonly rounds = new Set<(round: Round) => void>();
  readonly overview: EmperorApi['overview'] = {
    names: [],
    row: (name) => this.vassals.filter((each) => each.name === name).map(row)[0],
    samplesOf: () => ({}),
    onRound: (heard) => {
      this.rounds.add(heard);
      return () => this.rounds.delete(heard);
    },
    config: (name) =>
      this.#find(name) && { file: `/etc/${name}.ini`, lines: ['[vassal]'], more: 0, problems: [] },
    plan: (name) => this.#find(name) && { name, sockets: [], steps: [], helpers: [] },
    discreet: (_name, text) => masked(text, this.secrets),
    secretsOf: () => this.secrets,
  };
  /** What an action answers; else it succeeds. */
  readonly results = new Map<string, ActionResult | Error>();
  readonly #events = new Set<(event: NumberedEvent) => void>();
  readonly #chronicle = new Chronicle(1);
  readonly #lines = new Set<(line: LogLine) => void>();

  constructor(...vassals: VassalView[]) {
    this.vassals = vassals;
  }

  get listeners(): number {
    return this.#events.size + this.#lines.size;
  }

  get names(): readonly string[] {
    return this.vassals.map(({ name }) => name);
  }

  async *list(): AsyncGenerator<readonly VassalView[], void> {
    for (const vassal of this.vassals) yield [vassal];
  }

  async figures(): Promise<Figures> {
    return { daemon: daemonFigures(), vassals: this.vassals.map(figuresLike) };
  }

  async status(name: string): ReturnType<EmperorApi['status']> {
    const found = this.#find(name);
    return found && { ...found, ...DETAIL, ...this.detail, problems: this.problems, lines: this.ring };
  }

  async act(verb: Order, name: string): Promise<ActionResult | undefined> {
    if (this.#find(name) === undefined) return undefined;
    this.asked.push(`${verb} ${name}`);
    const result = this.results.get(name);
    if (result instanceof Error) throw result;
    return result ?? { name, ok: true, state: 'running', message: `${verb} done` };
  }

  entry(name: string): VassalEntry | undefined {
    const found = this.#find(name);
    if (found === undefined) return undefined;
    const { state, generation, pid } = found;
    const none = { groups: [], directory: '/', path: null, shell: null, isTenants: false, restrictions: [] };
    return { ...none, name, state, generation, pid, startTicks: pid === null ? null : '1' };
  }

  logs(name: string, count: number): readonly LogLine[] | undefined {
    return this.#find(name) && (count === 0 ? [] : this.ring.slice(-count));
  }

  get lastEvent(): number {
    return this.#chronicle.last;
  }

  eventsSince(seq: number): ReturnType<EmperorApi['eventsSince']> {
    return this.#chronicle.since(seq);
  }

  onEvent(listener: (event: NumberedEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  onLine(_name: string, listener: (line: LogLine) => void): () => void {
    this.#lines.add(listener);
    return () => this.#lines.delete(listener);
  }

  happen(changes: Partial<VassalEvent> = {}): void {
    const event: VassalEvent = {
      at: NOW_SEC,
      vassal: 'web',
      event: 'state',
      state: 'running',
      message: 'running',
      ...changes,
    };
    const numbered = this.#chronicle.add(event);
    for (const listener of [...this.#events]) listener(numbered);
  }

  say(said: LogLine): void {
    for (const listener of [...this.#lines]) listener(said);
  }

  #find(name: string): VassalView | undefined {
    return this.vassals.find((vassal) => vassal.name === name);
  }
}
