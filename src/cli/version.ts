// `tsjail version`: of this program, and of the daemon where it can be reached.
import { type DaemonVersion, PATHS, SCHEMA } from '../control/protocol.ts';
import { ownVersion } from '../system/version.ts';
import type { Call } from './command.ts';
import { askDaemon, controlPath } from './daemon.ts';
import { EXIT, Failure } from './errors.ts';
import { printJson } from './json.ts';

export async function version(call: Call): Promise<number> {
  const own = ownVersion();
  const daemon = await daemonVersion(call);
  if (call.options.json) printJson(call.io.out, { version: own, schema: SCHEMA, daemon });
  else {
    call.io.out.write(`tsjail ${own}\n`);
    if (daemon) call.io.out.write(`daemon ${daemon.version}, pid ${daemon.pid}, ${controlPath(call)}\n`);
  }
  return EXIT.done;
}

/** Null: it does not answer, which is no failure here. */
async function daemonVersion(call: Call): Promise<DaemonVersion | null> {
  try {
    return await askDaemon(call, (client) => client.get<DaemonVersion>(PATHS.version));
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
