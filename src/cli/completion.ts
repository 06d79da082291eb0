// `tsjail completion`: the script of a shell; and what such a script asks, the names of the vassals.
import { PATHS } from '../control/protocol.ts';
import type { Call } from './command.ts';
import { askDaemon } from './daemon.ts';
import { EXIT, Failure, UsageError } from './errors.ts';

/** Not for people, and so in no help. */
const NAMES = 'names';
/** Somebody waits with a finger on the key: a daemon that does not answer has no names. */
const PATIENCE_MS = 2000;

export async function completion(call: Call): Promise<number> {
  const shell = call.operands[0]?.value ?? '';
  if (shell === NAMES) return printNames(call);
  const [{ completedCommands, SHELLS }, scripts] = await Promise.all([
    import('./completion/model.ts'),
    import('./completion/scripts.ts'),
  ]);
  const found = SHELLS.find((each) => each === shell);
  if (found === undefined) throw new UsageError(`no completion for \`${shell}\`: ${SHELLS.join(', ')}`);
  call.io.out.write(scripts.SCRIPTS[found](completedCommands()));
  return EXIT.done;
}

/** Nothing is said of a daemon that is not there: the line that is typed is not ours to write on. */
async function printNames(call: Call): Promise<number> {
  const late = new Promise<readonly Named[]>((resolve) => {
    setTimeout(() => resolve([]), PATIENCE_MS).unref();
  });
  try {
    const asked = askDaemon(call, (client) => client.get<readonly Named[]>(PATHS.vassals));
    const vassals = await Promise.race([asked, late]);
    call.io.out.write(vassals.map(({ name }) => `${name}\n`).join(''));
    return EXIT.done;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

interface Named {
  readonly name: string;
}
