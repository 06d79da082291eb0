// `tsjail status`: the daemon and all vassals, or some vassals with everything that is known of them.
import { type DaemonVersion, PATHS, type VassalStatus } from '../control/protocol.ts';
import type { VassalState, VassalView } from '../emperor/view.ts';
import type { Call } from './command.ts';
import { askAbout, askDaemon, controlPath } from './daemon.ts';
import { EXIT, Failure } from './errors.ts';
import { printJson } from './json.ts';
import { meantNames } from './meant-names.ts';
import { vassalPage } from './vassal-page.ts';
import { vassalTable } from './vassal-table.ts';
import { summaryOf } from './vassal-words.ts';

/** For all others the answer is 3, as LSB has it for `status`. */
const UP: readonly VassalState[] = ['running', 'reloading'];

export async function status(call: Call): Promise<number> {
  const names = await meantNames(call);
  const [only] = names;
  if (only === undefined) return ofAll(call);
  return names.length === 1 ? ofOne(call, only) : ofSome(call, names);
}

async function ofOne(call: Call, name: string): Promise<number> {
  const vassal = await statusOf(call, name);
  if (call.options.json) printJson(call.io.out, vassal);
  else call.io.out.write(vassalPage(vassal, call));
  return codeOf(vassal);
}

/** One that is not there hides no other. */
async function ofSome(call: Call, names: readonly string[]): Promise<number> {
  const { io } = call;
  const all = await Promise.all(names.map((name) => found(call, name)));
  const there = all.filter((each): each is VassalStatus => !(each instanceof Failure));
  if (call.options.json) printJson(io.out, there);
  else io.out.write(there.map((vassal) => vassalPage(vassal, call)).join('\n'));
  for (const each of all) if (each instanceof Failure) io.err.write(`tsjail: ${each.message}\n`);
  return Math.max(...all.map((each) => (each instanceof Failure ? each.code : codeOf(each))));
}

function statusOf(call: Call, name: string): Promise<VassalStatus> {
  return askAbout(call, name, (client) => client.get<VassalStatus>(PATHS.vassal(name)));
}

async function found(call: Call, name: string): Promise<VassalStatus | Failure> {
  try {
    return await statusOf(call, name);
  } catch (error) {
    if (error instanceof Failure && error.code === EXIT.noSuchVassal) return error;
    throw error;
  }
}

function codeOf({ state }: VassalStatus): number {
  return UP.includes(state) ? EXIT.done : EXIT.notRunning;
}

async function ofAll(call: Call): Promise<number> {
  const { io, out } = call;
  const [daemon, vassals] = await askDaemon(call, (client) =>
    Promise.all([client.get<DaemonVersion>(PATHS.version), client.get<VassalView[]>(PATHS.vassals)]),
  );
  if (call.options.json) printJson(io.out, { ...daemon, vassals });
  else {
    const { version, pid } = daemon;
    io.out.write(`${out.paint('strong', 'tsjail')} ${version}, pid ${pid}, ${controlPath(call)}\n`);
    if (!io.out.isTTY && vassals.length > 0) io.out.write(`${summaryOf(vassals)}\n`);
    io.out.write(`\n${vassalTable(vassals, call)}`);
  }
  return EXIT.done;
}
