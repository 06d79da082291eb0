// `tsjail status`: the daemon and all vassals, or one vassal with everything that is known of it.
import { type DaemonVersion, PATHS, type VassalStatus } from '../control/protocol.ts';
import type { VassalState, VassalView } from '../emperor/view.ts';
import type { Call } from './command.ts';
import { askAbout, askDaemon, controlPath } from './daemon.ts';
import { EXIT } from './errors.ts';
import { printJson } from './json.ts';
import { vassalPage } from './vassal-page.ts';
import { vassalTable } from './vassal-table.ts';
import { summaryOf } from './vassal-words.ts';

/** For all others the answer is 3, as LSB has it for `status`. */
const UP: readonly VassalState[] = ['running', 'reloading'];

export async function status(call: Call): Promise<number> {
  const [name] = call.operands;
  return name === undefined ? ofAll(call) : ofOne(call, name.value);
}

async function ofOne(call: Call, name: string): Promise<number> {
  const vassal = await askAbout(call, name, (client) => client.get<VassalStatus>(PATHS.vassal(name)));
  if (call.options.json) printJson(call.io.out, vassal);
  else call.io.out.write(vassalPage(vassal, call));
  return UP.includes(vassal.state) ? EXIT.done : EXIT.notRunning;
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
