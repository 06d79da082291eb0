// `tsjail ls`: all vassals at a glance.
import { PATHS } from '../control/protocol.ts';
import type { VassalView } from '../emperor/view.ts';
import type { Call } from './command.ts';
import { askDaemon } from './daemon.ts';
import { EXIT } from './errors.ts';
import { printJson } from './json.ts';
import { vassalTable } from './vassal-table.ts';

export async function ls(call: Call): Promise<number> {
  const vassals = await askDaemon(call, (client) => client.get<VassalView[]>(PATHS.vassals));
  if (call.options.json) printJson(call.io.out, vassals);
  else call.io.out.write(vassalTable(vassals, call));
  return EXIT.done;
}
