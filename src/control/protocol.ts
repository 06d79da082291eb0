// What is spoken on the control socket: paths, answers, events. Stable (design section 7); SCHEMA grows when it changes.
import type { Problem } from '../config/problems/problem.ts';
import type { Order, VassalDetail, VassalView } from '../emperor/view.ts';
import type { LogLine } from '../output/line.ts';

export const SCHEMA = 1;

export const PATHS = {
  allLogs: '/v1/logs',
  version: '/v1/version',
  vassals: '/v1/vassals',
  /** Without what they use, which takes a look at the kernel for each. */
  plainVassals: '/v1/vassals?usage=0',
  /** No more of each than a table shows: a third of all. */
  glances: '/v1/vassals?brief=1',
  plainGlances: '/v1/vassals?usage=0&brief=1',
  troubles: '/v1/troubles',
  events: '/v1/events',
  eventsAfter: (seq: number) => `/v1/events?after=${seq}`,
  metrics: '/metrics',
  reexec: '/v1/reexec',
  vassal: (name: string) => `/v1/vassals/${encodeURIComponent(name)}`,
  entry: (name: string) => `/v1/vassals/${encodeURIComponent(name)}/entry`,
  act: (name: string, verb: Order) => `/v1/vassals/${encodeURIComponent(name)}/${verb}`,
  logs: (name: string, count: number, follow: boolean) =>
    `/v1/vassals/${encodeURIComponent(name)}/logs?n=${count}${follow ? '&follow=1' : ''}`,
} as const;

/** Between the elements of a long list, and nowhere else: what has come until there can be read already. */
export const NEXT_OF_LIST = ',\n';

/** Answer of GET /v1/version. */
export interface DaemonVersion {
  readonly version: string;
  readonly schema: number;
  readonly pid: number;
  /** How often its program was replaced. */
  readonly reexecs: number;
}

/** Answer of GET /v1/vassals/NAME. */
export type VassalStatus = VassalView &
  VassalDetail & {
    readonly problems: readonly Problem[];
    readonly lines: readonly LogLine[];
  };

/** Status of the answer to an action that failed: its body is an ActionResult all the same. */
export const ACTION_FAILED = 409;

/** Body of every other answer that is not 200. */
export interface Refusal {
  readonly error: { readonly code: RefusalCode; readonly message: string };
}

export type RefusalCode =
  | 'bad-request'
  | 'unauthorized'
  | 'too-large'
  | 'too-many'
  | 'forbidden'
  | 'no-such-path'
  | 'no-such-vassal'
  | 'method-not-allowed'
  | 'internal'
  /** To be asked again: the daemon's new code will answer. */
  | 'replaced';

/** Events of the streams that are no VassalEvent or LogLine: what a slow reader missed, and the end of a vassal. */
export interface Dropped {
  readonly count: number;
}
/** What a reader who was away cannot get any more; null: nobody knows how much that is. */
export interface Missed {
  readonly count: number | null;
}
/** Header of the answer to GET /v1/events: the number of the last event before it. */
export const AFTER_HEADER = 'x-tsjail-after';
export interface Gone {
  readonly vassal: string;
}
