// `tsjail logs`: the last lines of vassals, and those to come.
import { type Dropped, type Gone, PATHS } from '../control/protocol.ts';
import type { LogLine } from '../output/line.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askAbout } from './daemon.ts';
import { EXIT, UsageError } from './errors.ts';
import { followOn } from './follow.ts';
import { printJsonLine } from './json.ts';
import { logText } from './log-text.ts';
import { meantNames } from './meant-names.ts';
import { readMoment } from './moment.ts';
import { timeFor } from './units.ts';
import { Voices } from './voices.ts';

const DEFAULT_LINES = '100';
/** More than any ring holds: what is asked for by time is all of it. */
const ALL_LINES = '1000000';

export async function logs(call: Call): Promise<number> {
  checkNames(call);
  const query = queryFor(call);
  const names = await meantNames(call);
  for (const name of names) query.append('vassal', name);
  const print = printerFor(call, names);
  if (call.options.follow) await follow(call, names, query, print);
  else {
    const path = `${PATHS.allLogs}?${query}`;
    const lines = await askAbout(call, names[0] ?? '', (client) => client.get<LogLine[]>(path));
    for (const line of lines) print(line);
  }
  return EXIT.done;
}

function checkNames({ operands, options }: Call): void {
  if (options.all && operands.length > 0) throw new UsageError('either --all or names');
  if (!options.all && operands.length === 0) throw new UsageError('which vassal? NAME…, or --all');
}

function queryFor({ options, io }: Call): URLSearchParams {
  const { lines, since } = options;
  if (lines !== undefined && !/^\d{1,9}$/.test(lines))
    throw new UsageError(`\`--lines\` takes a number, not \`${lines}\``);
  const query = new URLSearchParams();
  query.set('n', lines ?? (since === undefined ? DEFAULT_LINES : ALL_LINES));
  if (since !== undefined) query.set('since', readMoment(since, io.now()).toFixed(3));
  return query;
}

/** Several vassals are told apart by their name, as in the daemon's log. */
function printerFor({ io, options, out }: Call, names: readonly string[]): (line: LogLine) => void {
  if (options.json) return (line) => printJsonLine(io.out, line);
  const voices = names.length === 1 ? undefined : new Voices(out, names);
  return (line) => {
    const time = options.timestamps ? `${out.paint('quiet', timeFor(io.out, line.at))} ` : '';
    io.out.write(`${time}${voices ? `${voices.of(line.vassal)} | ` : ''}${logText(line, out)}\n`);
  };
}

/** What was printed is not asked for again: the number of the last line says where we are. */
async function follow(
  call: Call,
  names: readonly string[],
  query: URLSearchParams,
  print: (line: LogLine) => void,
): Promise<void> {
  const left = new Set(names);
  let last: number | undefined;
  const heard: Readonly<Record<string, (data: unknown) => void>> = {
    line: (data) => {
      const line = data as LogLine;
      if (last !== undefined && line.seq <= last) return;
      last = line.seq;
      print(line);
    },
    dropped: (data) => say(call, `${(data as Dropped).count} lines are missing here: not read in time`),
    gone: (data) => {
      const { vassal } = data as Gone;
      left.delete(vassal);
      if (names.length > 0) say(call, `${shown(vassal)} was removed`);
    },
  };
  query.set('follow', '1');
  await followOn(call, names[0] ?? '', {
    path: () => {
      if (last !== undefined) query.set('after', String(last));
      return `${PATHS.allLogs}?${query}`;
    },
    heard: (event, data) => heard[event]?.(data),
    isOver: () => names.length > 0 && left.size === 0,
    again: () => {},
  });
}

function say({ io }: Call, message: string): void {
  io.err.write(`tsjail: ${message}\n`);
}
