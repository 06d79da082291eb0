// A vassal's state as a mark and as a sentence, in docker's manner: all wording of `ls` and `status` is here.
import { count } from '../config/problems/count.ts';
import type { VassalGlance, VassalState } from '../emperor/view.ts';
import { nearPlace, placeOfError } from './near-place.ts';
import type { Kind } from './style.ts';
import { span, wait } from './units.ts';

interface StateWords {
  readonly mark: string;
  readonly kind: Kind;
  /** `now`: milliseconds. */
  readonly sentence: (vassal: VassalGlance, now: number) => string;
}

/** The mark never says alone what the state is: its word stands beside it. In the order of the summary. */
export const STATES: Readonly<Record<VassalState, StateWords>> = {
  running: { mark: '●', kind: 'good', sentence: (vassal, now) => `up ${spent(vassal, now)}${said(vassal)}` },
  starting: { mark: '↻', kind: 'busy', sentence: (vassal, now) => settingUp(vassal, now) },
  reloading: {
    mark: '↻',
    kind: 'busy',
    sentence: (vassal, now) => `being replaced for ${spent(vassal, now)}`,
  },
  waiting: { mark: '○', kind: 'quiet', sentence: waitingFor },
  backoff: { mark: '↻', kind: 'busy', sentence: waitingToStart },
  stopping: { mark: '○', kind: 'busy', sentence: (vassal, now) => `ending for ${spent(vassal, now)}` },
  stopped: {
    mark: '○',
    kind: 'quiet',
    sentence: (vassal, now) => `${vassal.enabled ? '' : 'disabled, '}down for ${spent(vassal, now)}`,
  },
  exited: { mark: '○', kind: 'quiet', sentence: (vassal, now) => `${lastEnd(vassal)}${ago(vassal, now)}` },
  failed: {
    mark: '×',
    kind: 'bad',
    sentence: (vassal, now) => `start limit reached: ${lastEnd(vassal)}${ago(vassal, now)}`,
  },
  invalid: { mark: '!', kind: 'bad', sentence: (vassal) => badText(vassal) },
};

const BAD_TEXT = { mark: '!', kind: 'bad' } as const;

export function markOf(vassal: VassalGlance): { readonly mark: string; readonly kind: Kind } {
  return vassal.error ? BAD_TEXT : STATES[vassal.state];
}

/** `now`: milliseconds. May hold what a vassal's config says: to be escaped. */
export function sentenceOf(vassal: VassalGlance, now: number): string {
  const sentence = STATES[vassal.state].sentence(vassal, now);
  if (vassal.error === null || vassal.state === 'invalid') return sentence;
  const place = placeOfError(vassal);
  return `${sentence}; new config invalid${place === undefined ? '' : ` (${place})`}`;
}

/** `6 vassals: 3 running, 1 backoff`. */
export function summaryOf(vassals: readonly VassalGlance[]): string {
  const counts = Object.keys(STATES)
    .map((state) => [vassals.filter((vassal) => vassal.state === state).length, state] as const)
    .filter(([amount]) => amount > 0)
    .map(([amount, state]) => `${amount} ${state}`);
  return counts.length === 0 ? 'no vassals' : `${count(vassals.length, 'vassal')}: ${counts.join(', ')}`;
}

function spent({ since }: VassalGlance, now: number): string {
  return span(now / 1000 - since);
}

function settingUp(vassal: VassalGlance, now: number): string {
  const { waitingFor: what } = vassal;
  const doing = what ? `waiting for ${what}, ${spent(vassal, now)}` : `in set-up for ${spent(vassal, now)}`;
  return `${doing}${said(vassal)}`;
}

/** What its command says of itself. */
function said({ statusText }: VassalGlance): string {
  return statusText ? `: ${statusText}` : '';
}

function lastEnd({ lastExit, source }: VassalGlance): string {
  if (lastExit === null) return 'ended';
  const { place, brief } = lastExit;
  return place === null ? brief : `${nearPlace(place, source)}: ${brief}`;
}

/** What matters comes first, for the end may be cut: of a crash when it is tried again, of a failed set-up what to mend. */
function waitingToStart(vassal: VassalGlance, now: number): string {
  const end = lastEnd(vassal);
  if (vassal.nextStart === null) return end;
  const next = `next in ${wait(vassal.nextStart - now / 1000)}`;
  return vassal.lastExit?.reason === 'setup' ? `${end}; ${next}` : `${next}: ${end}`;
}

function ago({ lastExit }: VassalGlance, now: number): string {
  return lastExit === null ? '' : `, ${span(now / 1000 - lastExit.at)} ago`;
}

function waitingFor(vassal: VassalGlance, now: number): string {
  const { sockets, nextStart } = vassal;
  if (nextStart !== null) {
    const last = vassal.lastExit === null ? '' : `; last: ${lastEnd(vassal)}${ago(vassal, now)}`;
    return `next in ${wait(nextStart - now / 1000)}${last}`;
  }
  return sockets.length === 0 ? 'waiting for a connection' : `waiting on ${sockets.join(', ')}`;
}

function badText(vassal: VassalGlance): string {
  if (vassal.error === null) return 'bad config';
  const place = placeOfError(vassal);
  return `${place === undefined ? '' : `${place}: `}${vassal.error.message}`;
}
