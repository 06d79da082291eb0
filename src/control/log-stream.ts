// GET /v1/logs: lines of several vassals, or of all, in the order in which they came; with `follow` those to come, too.
// `after` is the number of the last line that a reader has: he gets what came since, so that nothing is lost with a connection.
import type { ServerResponse } from 'node:http';
import type { EmperorApi } from '../emperor/view.ts';
import type { LogLine } from '../output/line.ts';
import { MOST_LINES } from '../output/ring.ts';
import { EventStream } from './event-stream.ts';
import type { Gone } from './protocol.ts';

export interface LogQuery {
  /** Empty: all, also those that are to come. */
  readonly names: readonly string[];
  /** Of each that is named; of all together. */
  readonly count: number;
  /** Unix seconds. */
  readonly since: number | undefined;
  readonly after: number | undefined;
}

/** A query that makes no sense: why. */
export function readLogQuery(query: URLSearchParams): LogQuery | string {
  const number = (name: string) => {
    const text = query.get(name);
    if (text === null) return undefined;
    return /^\d{1,16}(\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
  };
  const [count, since, after] = [number('n'), number('since'), number('after')];
  for (const [name, value] of Object.entries({ n: count, since, after }))
    if (Number.isNaN(value)) return `${name} is not a number: ${query.get(name)}`;
  return { names: [...new Set(query.getAll('vassal'))], count: count ?? MOST_LINES, since, after };
}

/** The name that there is no vassal of, if there is one. */
export function missingName(api: EmperorApi, { names }: LogQuery): string | undefined {
  return names.find((name) => api.logs(name, 0) === undefined);
}

export function linesFor(api: EmperorApi, query: LogQuery): LogLine[] {
  const { names, count, since = 0, after } = query;
  const wanted = names.length === 0 ? api.names : names;
  const most = after === undefined ? count : MOST_LINES;
  const isNew = ({ at, seq }: LogLine) => at >= since && (after === undefined || seq > after);
  const all = wanted.flatMap((name) => (api.logs(name, most) ?? []).filter(isNew));
  all.sort((a, b) => a.seq - b.seq || a.at - b.at);
  return names.length > 0 || after !== undefined ? all : all.slice(Math.max(0, all.length - count));
}

/** The lines so far and those to come: nothing can be missed between, it is one turn of the loop. */
export function followLogs(api: EmperorApi, response: ServerResponse, query: LogQuery): void {
  const heard = new Map<string, () => void>();
  const isWanted = (name: string) => query.names.length === 0 || query.names.includes(name);
  const hear = (name: string) => {
    heard.get(name)?.();
    heard.set(
      name,
      api.onLine(name, (line) => stream.send('line', line)),
    );
  };
  const lose = (vassal: string) => {
    heard.get(vassal)?.();
    heard.delete(vassal);
    const gone: Gone = { vassal };
    stream.send('gone', gone);
    if (query.names.length > 0 && heard.size === 0) stream.end();
  };
  const leave = api.onEvent(({ event, vassal }) => {
    if (event === 'added' && isWanted(vassal)) hear(vassal);
    if (event === 'removed' && heard.has(vassal)) lose(vassal);
  });
  const stream = new EventStream(response, () => {
    leave();
    for (const each of heard.values()) each();
  });
  for (const line of linesFor(api, query)) stream.send('line', line);
  for (const name of query.names.length === 0 ? api.names : query.names) hear(name);
}
