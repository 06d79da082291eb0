// `tsjail completion`: the script of a shell; and what such a script asks, the names of the vassals.
import { PATHS } from '../control/protocol.ts';
import type { Call } from './command.ts';
import type { CompletedCommand } from './completion/model.ts';
import { askDaemon } from './daemon.ts';
import { EXIT, Failure, UsageError } from './errors.ts';
import { printJson } from './json.ts';

/** Not for people, and so in no help. */
const NAMES = 'names';
/** Somebody waits with a finger on the key: a daemon that does not answer has no names. */
const PATIENCE_MS = 2000;

export async function completion(call: Call): Promise<number> {
  const shell = call.operands[0]?.value;
  if (shell === NAMES) return printNames(call);
  if (call.options.json) return printWords(call);
  if (shell === undefined) throw new UsageError('for which shell? bash, zsh or fish; or --json');
  const [{ completedCommands, SHELLS }, scripts] = await Promise.all([
    import('./completion/model.ts'),
    import('./completion/scripts.ts'),
  ]);
  const found = SHELLS.find((each) => each === shell);
  if (found === undefined) throw new UsageError(`no completion for \`${shell}\`: ${SHELLS.join(', ')}`);
  call.io.out.write(scripts.SCRIPTS[found](completedCommands()));
  return EXIT.done;
}

/** What the scripts are made of. */
async function printWords({ io, operands }: Call): Promise<number> {
  if (operands.length > 0) throw new UsageError('either a SHELL or --json');
  const { completedCommands } = await import('./completion/model.ts');
  printJson(io.out, completedCommands().map(commandJson));
  return EXIT.done;
}

/** A key that has no value is there all the same. */
function commandJson({ flags, ...command }: CompletedCommand) {
  return {
    ...command,
    flags: flags.map(({ name, short = null, help, value = null }) => ({ name, short, help, value })),
  };
}

/** Nothing is said of a daemon that is not there: the line that is typed is not ours to write on. */
async function printNames(call: Call): Promise<number> {
  const late = new Promise<readonly Named[]>((resolve) => {
    setTimeout(() => resolve([]), PATIENCE_MS).unref();
  });
  try {
    const asked = askDaemon(call, (client) => client.get<readonly Named[]>(PATHS.plainGlances));
    const vassals = await Promise.race([asked, late]);
    const names = vassals.map(({ name }) => name);
    if (call.options.json) printJson(call.io.out, names);
    else call.io.out.write(names.map((name) => `${name}\n`).join(''));
    return EXIT.done;
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

interface Named {
  readonly name: string;
}
