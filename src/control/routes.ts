// What can be asked on the control socket: one table of routes, and the handler of each.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EmperorApi, Order, VassalGlance, VassalView } from '../emperor/view.ts';
import { CENTRE_ROUTES } from './dashboard/routes.ts';
import { EventStream } from './event-stream.ts';
import { followLogs, linesFor, missingName, readLogQuery } from './log-stream.ts';
import { answerMetrics } from './metrics/answer.ts';
import {
  ACTION_FAILED,
  AFTER_HEADER,
  type DaemonVersion,
  type Gone,
  type Missed,
  type Refusal,
  type RefusalCode,
  SCHEMA,
} from './protocol.ts';
import { send, sendList } from './send.ts';

export interface Call {
  readonly api: EmperorApi;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** The decoded groups of the route's pattern. */
  readonly words: readonly string[];
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly answer: (call: Call) => Promise<void> | void;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/v1\/version$/, answer: version },
  { method: 'GET', path: /^\/v1\/vassals$/, answer: list },
  { method: 'GET', path: /^\/v1\/troubles$/, answer: troubles },
  { method: 'GET', path: /^\/v1\/vassals\/([^/]+)$/, answer: status },
  { method: 'GET', path: /^\/v1\/vassals\/([^/]+)\/logs$/, answer: logs },
  { method: 'GET', path: /^\/v1\/vassals\/([^/]+)\/entry$/, answer: entry },
  {
    method: 'POST',
    path: /^\/v1\/vassals\/([^/]+)\/(start|stop|restart|reload|enable|disable)$/,
    answer: act,
  },
  { method: 'GET', path: /^\/v1\/logs$/, answer: allLogs },
  { method: 'GET', path: /^\/v1\/events$/, answer: events },
  { method: 'POST', path: /^\/v1\/reexec$/, answer: reexec },
  { method: 'GET', path: /^\/metrics$/, answer: metrics },
  ...CENTRE_ROUTES,
];

const STATUS: Readonly<Record<RefusalCode, number>> = {
  'bad-request': 400,
  unauthorized: 401,
  forbidden: 403,
  'no-such-path': 404,
  'no-such-vassal': 404,
  'method-not-allowed': 405,
  'too-large': 413,
  'too-many': 429,
  internal: 500,
  replaced: 503,
};
const DEFAULT_LINES = 100;

export async function answer(
  api: EmperorApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  request.resume();
  try {
    await dispatch(api, request, response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    else refuse(response, 'internal', (error as Error).message);
  }
}

export function refuse(response: ServerResponse, code: RefusalCode, message: string): void {
  const refusal: Refusal = { error: { code, message } };
  send(response, STATUS[code], refusal);
}

async function dispatch(api: EmperorApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = '', search = ''] = (request.url ?? '').split('?', 2);
  const there = ROUTES.filter((route) => route.path.test(path));
  const route = there.find((each) => each.method === request.method);
  const words = decoded(route?.path.exec(path)?.slice(1) ?? []);
  if (there.length === 0) refuse(response, 'no-such-path', `no such path: ${path}`);
  else if (route === undefined) refuseMethod(response, there);
  else if (words === undefined) refuse(response, 'bad-request', `not a URL-encoded name: ${path}`);
  else await route.answer({ api, request, response, query: new URLSearchParams(search), words });
}

function refuseMethod(response: ServerResponse, there: readonly Route[]): void {
  const methods = there.map((route) => route.method).join(', ');
  response.setHeader('allow', methods);
  refuse(response, 'method-not-allowed', `use ${methods}`);
}

function decoded(words: readonly string[]): string[] | undefined {
  try {
    return words.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function version({ api, response }: Call): void {
  const { version, reexecs = 0 } = api;
  const body: DaemonVersion = { version, schema: SCHEMA, pid: process.pid, reexecs };
  send(response, 200, body);
}

async function reexec({ api, response }: Call): Promise<void> {
  const result = await api.reexec?.();
  if (result) send(response, result.ok ? 200 : ACTION_FAILED, result);
  else refuse(response, 'internal', 'this daemon cannot be replaced');
}

async function list({ api, response, query }: Call): Promise<void> {
  const views = api.list(query.get('usage') !== '0');
  await sendList(response, query.get('brief') === '1' ? glancesOf(views) : views);
}

async function* glancesOf(
  parts: AsyncIterable<readonly VassalView[]>,
): AsyncGenerator<readonly VassalGlance[]> {
  for await (const part of parts) yield part.map(glanceOf);
}

/** Word by word: it is done a thousand times. */
function glanceOf(view: VassalView): VassalGlance {
  return {
    name: view.name,
    source: view.source,
    state: view.state,
    pid: view.pid,
    restarts: view.restarts,
    enabled: view.enabled,
    since: view.since,
    lastExit: view.lastExit,
    waitingFor: view.waitingFor,
    statusText: view.statusText,
    nextStart: view.nextStart,
    error: view.error,
    sockets: view.sockets,
    memoryBytes: view.memoryBytes,
    cpuUsec: view.cpuUsec,
  };
}

function troubles({ api, response }: Call): void {
  send(response, 200, api.troubles);
}

async function status({ api, response, words: [name = ''] }: Call): Promise<void> {
  const found = await api.status(name);
  if (found) send(response, 200, found);
  else refuseName(response, name);
}

async function act({ api, response, words: [name = '', verb = ''] }: Call): Promise<void> {
  const result = await api.act(verb as Order, name);
  if (result) send(response, result.ok ? 200 : ACTION_FAILED, result);
  else refuseName(response, name);
}

function entry({ api, response, words: [name = ''] }: Call): void {
  const found = api.entry(name);
  if (found) send(response, 200, found);
  else refuseName(response, name);
}

function logs({ api, response, query, words: [name = ''] }: Call): void {
  const count = query.get('n') ?? String(DEFAULT_LINES);
  const lines = /^\d{1,9}$/.test(count) ? api.logs(name, Number(count)) : [];
  if (!/^\d{1,9}$/.test(count)) refuse(response, 'bad-request', `n is not a number: ${count}`);
  else if (lines === undefined) refuseName(response, name);
  else if (query.get('follow') === '1') follow(api, response, name, lines);
  else send(response, 200, lines);
}

function allLogs({ api, response, query }: Call): void {
  const asked = readLogQuery(query);
  if (typeof asked === 'string') return refuse(response, 'bad-request', asked);
  const missing = missingName(api, asked);
  if (missing !== undefined) return refuseName(response, missing);
  if (query.get('follow') === '1') followLogs(api, response, asked);
  else send(response, 200, linesFor(api, asked));
}

/** The lines so far and those to come: nothing can be missed between, it is one turn of the loop. */
function follow(api: EmperorApi, response: ServerResponse, name: string, lines: readonly unknown[]): void {
  const leave = [
    api.onLine(name, (line) => stream.send('line', line)),
    api.onEvent((event) => {
      if (event.event !== 'removed' || event.vassal !== name) return;
      const gone: Gone = { vassal: name };
      stream.send('gone', gone);
      stream.end();
    }),
  ];
  const stream = new EventStream(response, () => {
    for (const each of leave) each();
  });
  for (const line of lines) stream.send('line', line);
}

/** Those to come, and with `after` those since that one: nothing is missed between, it is one turn of the loop. */
function events({ api, response, query }: Call): void {
  const after = query.get('after');
  if (after !== null && !/^\d{1,16}$/.test(after))
    return refuse(response, 'bad-request', `after is not a number: ${after}`);
  const leave = api.onEvent((event) => stream.send(event.event, event));
  const stream = new EventStream(response, leave, { [AFTER_HEADER]: String(api.lastEvent) });
  if (after === null) return;
  const { events, missed } = api.eventsSince(Number(after));
  const lost: Missed = { count: missed };
  if (missed !== 0) stream.send('missed', lost);
  for (const event of events) stream.send(event.event, event);
}

function metrics({ api, response }: Call): Promise<void> {
  return answerMetrics(api, response);
}

function refuseName(response: ServerResponse, name: string): void {
  refuse(response, 'no-such-vassal', `no such vassal: ${name}`);
}
