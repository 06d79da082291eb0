// A vassal's state as a mark and as a sentence, in docker's manner: all wording of `ls` and `status` is here.
import type { VassalState, VassalView } from '../emperor/view.ts';
import type { Kind } from './style.ts';
import { span, wait } from './units.ts';

interface StateWords {
  readonly mark: string;
  readonly kind: Kind;
  /** `now`: milliseconds. */
  readonly sentence: (vassal: VassalView, now: number) => string;
}

/** The mark never says alone what the state is: its word stands beside it. In the order of the summary. */
export const STATES: Readonly<Record<VassalState, StateWords>> = {
  running: { mark: '●', kind: 'good', sentence: (vassal, now) => `up ${spent(vassal, now)}` },
  starting: { mark: '↻', kind: 'busy', sentence: (vassal, now) => `in set-up for ${spent(vassal, now)}` },
  reloading: {
    mark: '↻',
    kind: 'busy',
    sentence: (vassal, now) => `being replaced for ${spent(vassal, now)}`,
  },
  waiting: { mark: '○', kind: 'quiet', sentence: (vassal) => waitingFor(vassal) },
  backoff: { mark: '↻', kind: 'busy', sentence: (vassal, now) => `${lastEnd(vassal)}${nextIn(vassal, now)}` },
  stopping: { mark: '○', kind: 'busy', sentence: (vassal, now) => `ending for ${spent(vassal, now)}` },
  stopped: { mark: '○', kind: 'quiet', sentence: (vassal, now) => `down for ${spent(vassal, now)}` },
  exited: { mark: '○', kind: 'quiet', sentence: (vassal, now) => `${lastEnd(vassal)}${ago(vassal, now)}` },
  failed: {
    mark: '×',
    kind: 'bad',
    sentence: (vassal, now) => `start limit reached: ${lastEnd(vassal)}${ago(vassal, now)}`,
  },
  invalid: { mark: '!', kind: 'bad', sentence: (vassal) => badText(vassal) },
};

const BAD_TEXT = { mark: '!', kind: 'bad' } as const;

export function markOf(vassal: VassalView): { readonly mark: string; readonly kind: Kind } {
  return vassal.error ? BAD_TEXT : STATES[vassal.state];
}

/** `now`: milliseconds. May hold what a vassal's config says: to be escaped. */
export function sentenceOf(vassal: VassalView, now: number): string {
  const sentence = STATES[vassal.state].sentence(vassal, now);
  if (vassal.error === null || vassal.state === 'invalid') return sentence;
  return `${sentence}; new config invalid (line ${vassal.error.line})`;
}

/** `6 vassals: 3 running, 1 backoff`. */
export function summaryOf(vassals: readonly VassalView[]): string {
  const counts = Object.keys(STATES)
    .map((state) => [vassals.filter((vassal) => vassal.state === state).length, state] as const)
    .filter(([amount]) => amount > 0)
    .map(([amount, state]) => `${amount} ${state}`);
  const all = `${vassals.length} ${vassals.length === 1 ? 'vassal' : 'vassals'}`;
  return counts.length === 0 ? all : `${all}: ${counts.join(', ')}`;
}

function spent({ since }: VassalView, now: number): string {
  return span(now / 1000 - since);
}

function lastEnd({ lastExit }: VassalView): string {
  return lastExit?.message ?? 'ended';
}

function nextIn({ nextStart }: VassalView, now: number): string {
  return nextStart === null ? '' : `, next in ${wait(nextStart - now / 1000)}`;
}

function ago({ lastExit }: VassalView, now: number): string {
  return lastExit === null ? '' : `, ${span(now / 1000 - lastExit.at)} ago`;
}

function waitingFor({ sockets }: VassalView): string {
  return sockets.length === 0 ? 'waiting for a connection' : `waiting on ${sockets.join(', ')}`;
}

/** The file's own name is in the row already. */
function badText({ error, source }: VassalView): string {
  if (error === null) return 'bad config';
  const place = error.file === source ? `line ${error.line}` : `${error.file}:${error.line}`;
  return `${place}: ${error.message}`;
}
