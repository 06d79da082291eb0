// `tsjail logs`: the last lines of vassals, and those to come.
import { type Dropped, type Gone, PATHS } from '../control/protocol.ts';
import type { LogLine } from '../output/line.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askAbout } from './daemon.ts';
import { EXIT, UsageError } from './errors.ts';
import { printJsonLine } from './json.ts';
import { logText } from './log-text.ts';

const DEFAULT_LINES = '100';

export async function logs(call: Call): Promise<number> {
  const names = [...new Set(call.operands.map(({ value }) => value))];
  const print = printerFor(call, names.length > 1);
  const lines = readCount(call.options.lines ?? DEFAULT_LINES);
  if (call.options.follow) await Promise.all(names.map((name) => follow(call, name, lines, print)));
  else {
    const ask = (name: string) =>
      askAbout(call, name, (client) => client.get<LogLine[]>(PATHS.logs(name, lines, false)));
    const all = (await Promise.all(names.map(ask))).flat();
    for (const line of all.sort((a, b) => a.at - b.at)) print(line);
  }
  return EXIT.done;
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`\`--lines\` takes a number, not \`${text}\``);
  return Number(text);
}

/** Several vassals are told apart by their name, as in the daemon's log. */
function printerFor({ io, options, out }: Call, several: boolean): (line: LogLine) => void {
  if (options.json) return (line) => printJsonLine(io.out, line);
  const prefix = (line: LogLine) => (several ? `${shown(line.vassal)} | ` : '');
  return (line) => io.out.write(`${prefix(line)}${logText(line, out)}\n`);
}

async function follow(
  call: Call,
  name: string,
  lines: number,
  print: (line: LogLine) => void,
): Promise<void> {
  const heard: Readonly<Record<string, (data: unknown) => void>> = {
    line: (data) => print(data as LogLine),
    dropped: (data) => say(call, `${(data as Dropped).count} lines are missing here: not read in time`),
    gone: (data) => say(call, `${shown((data as Gone).vassal)} was removed`),
  };
  await askAbout(call, name, (client) =>
    client.follow(PATHS.logs(name, lines, true), (event, data) => heard[event]?.(data)),
  );
}

function say({ io }: Call, message: string): void {
  io.err.write(`tsjail: ${message}\n`);
}
