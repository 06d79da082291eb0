// `tsjail reexec`: asks for it, and waits until the new code answers.
import { count } from '../config/problems/count.ts';
import { REPLACED_PATIENCE_MS } from '../control/client.ts';
import { type DaemonVersion, PATHS } from '../control/protocol.ts';
import type { ReexecAnswer } from '../emperor/view.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { askDaemon } from './daemon.ts';
import { EXIT, Failure } from './errors.ts';
import { printJson } from './json.ts';

/** While the new code begins, connections wait in the socket. */
const ATTEMPTS = 100;
const PAUSE_MS = 50;

export async function reexec(call: Call): Promise<number> {
  const before = await askDaemon(call, (client) => client.get<DaemonVersion>(PATHS.version));
  const answer = await askDaemon(call, (client) => client.post<ReexecAnswer>(PATHS.reexec));
  if (!answer.ok) return tell(call, answer, before);
  const after = await versionAfter(call, before.reexecs);
  if (after === undefined)
    return tell(
      call,
      { ...answer, ok: false, message: 'it came to nothing: see the log of the daemon' },
      before,
    );
  return tell(call, { ...answer, to: after.version }, after);
}

/** Undefined: the old code still answers. Throws when nobody answers any more. */
async function versionAfter(call: Call, reexecs: number): Promise<DaemonVersion | undefined> {
  const endsAt = performance.now() + REPLACED_PATIENCE_MS;
  for (let left = ATTEMPTS; left > 0; left--) {
    try {
      const version = await askDaemon(call, (client) => client.replaced(endsAt));
      if (version.reexecs > reexecs) return version;
    } catch (error) {
      if (!(error instanceof Failure) || left === 1 || performance.now() > endsAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return undefined;
}

function tell({ io, options }: Call, answer: ReexecAnswer, { pid }: DaemonVersion): number {
  const { ok, message, from, to, vassals } = answer;
  if (options.json) printJson(io.out, { ...answer, pid });
  else if (ok) io.out.write(`tsjail ${from} → ${to}, pid ${pid}, ${count(vassals, 'vassal')} kept\n`);
  else io.err.write(`tsjail: ${shown(message)}; everything goes on as it is\n`);
  return ok ? EXIT.done : EXIT.failed;
}
