// `tsjail ls`: vassals at a glance, all or those that are named.
import { setImmediate } from 'node:timers/promises';
import { PATHS } from '../control/protocol.ts';
import type { VassalGlance } from '../emperor/view.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askAbout, askDaemon } from './daemon.ts';
import { EXIT, Failure } from './errors.ts';
import { printJson } from './json.ts';
import { meantOf } from './meant.ts';
import type { vassalTable as VassalTable } from './vassal-table.ts';

export async function ls(call: Call): Promise<number> {
  const { json } = call.options;
  const [[all, troubles], vassalTable] = await Promise.all([asked(call), json ? undefined : table()]);
  const given = call.operands.map(({ value }) => value);
  const known = all.map(({ name }) => name);
  const names = new Set(meantOf(known, given));
  const found = names.size === 0 ? all : all.filter((vassal) => names.has(vassal.name));
  for (const { name } of found) names.delete(name);
  if (vassalTable === undefined) printJson(call.io.out, found);
  else {
    if (found.length > 0 || names.size === 0) call.io.out.write(vassalTable(found, call));
    // Why what is shown is not what is on disk.
    for (const trouble of troubles) call.io.err.write(`tsjail: ${shown(trouble)}\n`);
  }
  const codes = await Promise.all([...names].map((name) => tellMissing(call, name)));
  return Math.max(EXIT.done, ...codes);
}

/** With what it takes to show them. */
function asked(call: Call): Promise<[readonly VassalGlance[], readonly string[]]> {
  const { json } = call.options;
  return askDaemon(call, (client) =>
    Promise.all([
      client.get<VassalGlance[]>(json ? PATHS.vassals : PATHS.glances),
      json ? [] : client.get<string[]>(PATHS.troubles),
    ]),
  );
}

/** Loaded when the question is on its way: meanwhile the daemon is at it. */
async function table(): Promise<typeof VassalTable> {
  await setImmediate();
  return (await import('./vassal-table.ts')).vassalTable;
}

/** One that is not there is told as everywhere, and hides no other. */
async function tellMissing(call: Call, name: string): Promise<number> {
  try {
    await askAbout(call, name, (client) => client.get(PATHS.vassal(name)));
    return EXIT.done;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    call.io.err.write(`tsjail: ${error.message}\n`);
    return error.code;
  }
}
