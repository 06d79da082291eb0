// The state that one daemon hands to another one: lines of JSON in a sealed memory file. What it holds changes with FORMAT, and
// the reader knows every format of a released version: those that are older are brought up to the present one, line by line.
import { fstatSync, readSync } from 'node:fs';
import type { EmperorConfig } from '../../config/emperor.ts';
import type { EmperorRecord } from '../emperor.ts';
import type { EngineRecord } from '../engine.ts';
import type { GaugesRecord } from '../gauges.ts';
import type { LeftoverRecord } from '../leftovers.ts';
import type { Planned } from '../planned.ts';
import type { VassalRecord } from '../vassal-record.ts';
import type { ClockRecord } from './clock.ts';
import { decode, encode } from './codec.ts';
import { headShape, plannedShape } from './daemon-shape.ts';
import { list, Misshapen, number, record, text } from './shape.ts';
import { vassalShape } from './vassal-shape.ts';

export const FORMAT = 1;

/** Listening sockets of the daemon's own. */
export interface ServerRecord {
  /** -1: it is opened anew. */
  readonly control: number;
  readonly services: readonly { readonly kind: string; readonly where: string; readonly fd: number }[];
}

export interface DaemonHead {
  /** How often its program was replaced. */
  readonly reexecs: number;
  readonly clock: ClockRecord;
  /** Of its config, to be compared: defaults of vassals, and the rules of tyrant mode. */
  readonly defaults: string;
  readonly tyrant: string;
  /** For one that finds a bad one by then. */
  readonly config: EmperorConfig;
  readonly pidfile: string | null;
  readonly gauges: GaugesRecord;
  readonly leftovers: LeftoverRecord;
  readonly engine: EngineRecord;
  readonly emperor: EmperorRecord;
  readonly server: ServerRecord;
}

export interface DaemonState {
  /** Of the tsjail that wrote it. */
  readonly version: string;
  /** All descriptors that it speaks of. */
  readonly fds: readonly number[];
  readonly head: DaemonHead;
  readonly plans: readonly Planned[];
  readonly vassals: readonly VassalRecord[];
}

/** Errors are values here: whoever reads it has something better to do than to end. */
export type ReadState =
  | { readonly state: DaemonState }
  /** A sentence. */
  | { readonly problem: string };

interface Opening {
  readonly format: number;
  readonly version: string;
  readonly fds: readonly number[];
  readonly plans: number;
  readonly vassals: number;
}

const openingShape = record<Opening>({
  format: number,
  version: text,
  fds: list(number),
  plans: number,
  vassals: number,
});
const NEWLINE = 10;

/** `words`: what plans were put into before. They do not change, and a daemon is tried and then replaced with the same ones. */
export function writeState(
  { version, fds, head, plans, vassals }: DaemonState,
  words = new WeakMap<Planned, string>(),
): Buffer {
  const opening: Opening = { format: FORMAT, version, fds, plans: plans.length, vassals: vassals.length };
  // Records of vassals are plain as they are.
  const texts = [
    encode(opening),
    encode(head),
    ...plans.map((each) => known(each, words)),
    ...vassals.map((each) => JSON.stringify(each)),
  ];
  return Buffer.concat(texts.map((text) => Buffer.from(`${text}\n`)));
}

export function readState(bytes: Buffer): ReadState {
  try {
    return { state: stateIn(bytes) };
  } catch (error) {
    if (error instanceof Misshapen) return { problem: error.message };
    if (error instanceof SyntaxError) return { problem: `the state is no JSON: ${error.message}` };
    throw error;
  }
}

function known(planned: Planned, words: WeakMap<Planned, string>): string {
  const text = words.get(planned) ?? encode(planned);
  words.set(planned, text);
  return text;
}

/** Without moving its offset, which others share. */
export function readStateOf(fd: number): ReadState {
  const bytes = Buffer.alloc(fstatSync(fd).size);
  for (let at = 0; at < bytes.length; ) {
    const size = readSync(fd, bytes, at, bytes.length - at, at);
    if (size === 0) return { problem: 'the state is cut off' };
    at += size;
  }
  return readState(bytes);
}

function stateIn(bytes: Buffer): DaemonState {
  const lines = linesOf(bytes);
  const { version, fds, ...opening } = openingIn(lines.next().value ?? '');
  const next = (what: string) => {
    const { value, done } = lines.next();
    if (done) throw new Misshapen(`the state is cut off: ${what} is missing`);
    return decode(value);
  };
  const head = headShape(next('the daemon'), 'daemon');
  const plans = numbered(opening.plans, (at) => plannedShape(next(at), at), 'plan');
  const vassals = numbered(opening.vassals, (at) => vassalShape(next(at), at), 'vassal');
  checkPlans(vassals, plans.length);
  return { version, fds, head, plans, vassals };
}

/** Its number of the format comes before everything else: nothing is known of what is newer. */
function openingIn(line: string): Opening {
  const found = decode(line) as { readonly format?: unknown; readonly version?: unknown } | null;
  const format = found?.format;
  if (typeof format !== 'number') throw new Misshapen('no state of a tsjail');
  if (format > FORMAT) {
    const known = `this tsjail knows formats up to ${FORMAT}`;
    throw new Misshapen(`the state is of format ${format}, of tsjail ${found?.version}: ${known}`);
  }
  return openingShape(found, 'state');
}

function numbered<T>(count: number, read: (at: string) => T, what: string): T[] {
  return Array.from({ length: count }, (_, index) => read(`${what}[${index}]`));
}

function checkPlans(vassals: readonly VassalRecord[], count: number): void {
  for (const { name, run, intent } of vassals) {
    for (const number of [run?.planned, intent.planned, intent.deferred?.planned])
      if (typeof number === 'number' && !(number >= 0 && number < count))
        throw new Misshapen(`vassal ${name}: there is no plan ${number}`);
  }
}

function* linesOf(bytes: Buffer): Generator<string, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) return;
    yield bytes.toString('utf8', at, end);
    at = end + 1;
  }
}
