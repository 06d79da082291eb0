// A command's conversation with the daemon: where its socket is, and what its failures mean.

import { nearest } from '../config/problems/nearest.ts';
import { ControlClient, ControlError, type ControlFailure } from '../control/client.ts';
import { PATHS } from '../control/protocol.ts';
import type { VassalGlance } from '../emperor/view.ts';
import { DEFAULT_CONTROL } from '../system/paths.ts';
import { shown } from './cells.ts';
import type { Call } from './command.ts';
import { EXIT, Failure } from './errors.ts';
import { isMeant } from './meant.ts';

const CODES: Readonly<Record<ControlFailure, number>> = {
  unreachable: EXIT.unreachable,
  permission: EXIT.permission,
  'no-such-vassal': EXIT.noSuchVassal,
  refused: EXIT.failed,
  replaced: EXIT.failed,
};

export function controlPath({ options, io }: Pick<Call, 'options' | 'io'>): string {
  return options.control ?? (io.env.TSJAIL_CONTROL || DEFAULT_CONTROL);
}

/** Failures come out as such, with the exit code that each has. */
export async function askDaemon<T>(
  call: Pick<Call, 'options' | 'io'>,
  ask: (client: ControlClient) => Promise<T>,
): Promise<T> {
  const path = controlPath(call);
  try {
    return await ask(new ControlClient(path));
  } catch (error) {
    if (error instanceof ControlError) throw new Failure(CODES[error.kind], shown(error.message));
    if (isHangUp(error)) throw new Failure(EXIT.unreachable, `${path}: the daemon went away`);
    throw error;
  }
}

/** As `askDaemon`, about one vassal: a name that is not known gets a suggestion. */
export async function askAbout<T>(
  call: Pick<Call, 'options' | 'io'>,
  name: string,
  ask: (client: ControlClient) => Promise<T>,
): Promise<T> {
  return askDaemon(call, async (client) => {
    try {
      return await ask(client);
    } catch (error) {
      if (!(error instanceof ControlError && error.kind === 'no-such-vassal')) throw error;
      const meant = /^no such vassal: (.*)$/s.exec(error.message)?.[1] ?? name;
      throw new ControlError(error.kind, error.message + (await suggestion(client, meant)));
    }
  });
}

async function suggestion(client: ControlClient, name: string): Promise<string> {
  const vassals = await client.get<VassalGlance[]>(PATHS.plainGlances);
  const names = vassals.map((vassal) => vassal.name);
  // A path of the file is what completion of a shell gives.
  const base = name.replace(/^.*\//, '').replace(/\.ini$/, '');
  const made = names.filter((each) => isMeant(each, base) && each !== base);
  if (made.length > 0) return `; there are ${made.join(', ')}`;
  const meant = names.includes(base) ? base : nearest(base, names);
  return meant === undefined ? '' : `; did you mean \`${meant}\`?`;
}

/** The daemon ended in the middle of an answer. */
export function isHangUp(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
