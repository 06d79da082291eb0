// The names of a command line as the vassals that they mean, as the daemon knows them.
import { PATHS } from '../control/protocol.ts';
import type { VassalGlance } from '../emperor/view.ts';
import type { Call } from './command.ts';
import { askDaemon } from './daemon.ts';
import { EXIT, Failure } from './errors.ts';
import { meantOf } from './meant.ts';

/** The daemon is asked for all of them only when that cannot be told without. */
export async function meantNames(call: Call): Promise<string[]> {
  const given = [...new Set(call.operands.map(({ value }) => value))];
  const [only] = given;
  if (only === undefined || (given.length === 1 && (await isThere(call, only)))) return given;
  const vassals = await askDaemon(call, (client) => client.get<VassalGlance[]>(PATHS.plainGlances));
  return meantOf(
    vassals.map(({ name }) => name),
    given,
  );
}

export async function isThere(call: Call, name: string): Promise<boolean> {
  try {
    await askDaemon(call, (client) => client.get(PATHS.vassal(name)));
    return true;
  } catch (error) {
    if (error instanceof Failure && error.code === EXIT.noSuchVassal) return false;
    throw error;
  }
}
