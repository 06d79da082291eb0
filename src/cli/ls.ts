// `tsjail ls`: vassals at a glance, all or those that are named.
import { PATHS } from '../control/protocol.ts';
import type { VassalView } from '../emperor/view.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askAbout, askDaemon } from './daemon.ts';
import { EXIT } from './errors.ts';
import { printJson } from './json.ts';
import { vassalTable } from './vassal-table.ts';

export async function ls(call: Call): Promise<number> {
  const vassals = call.operands.length === 0 ? await all(call) : await named(call);
  if (call.options.json) {
    printJson(call.io.out, vassals);
    return EXIT.done;
  }
  call.io.out.write(vassalTable(vassals, call));
  await tellTroubles(call);
  return EXIT.done;
}

/** Why what is shown is not what is on disk. */
async function tellTroubles(call: Call): Promise<void> {
  const troubles = await askDaemon(call, (client) => client.get<string[]>(PATHS.troubles));
  for (const trouble of troubles) call.io.err.write(`tsjail: ${shown(trouble)}\n`);
}

function all(call: Call): Promise<VassalView[]> {
  return askDaemon(call, (client) => client.get<VassalView[]>(PATHS.vassals));
}

/** One that is not there fails as everywhere. */
async function named(call: Call): Promise<VassalView[]> {
  const names = new Set(call.operands.map(({ value }) => value));
  for (const name of names) await askAbout(call, name, (client) => client.get(PATHS.vassal(name)));
  return (await all(call)).filter((vassal) => names.has(vassal.name));
}
