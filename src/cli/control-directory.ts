// The directory of the daemon's control socket, made before anything else: an ordinary user cannot have the default one.
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectories } from '../system/directories.ts';
import { codeOf, Failure } from './errors.ts';

export function makeRoomFor(control: string): void {
  const directory = dirname(control);
  attempt(`cannot make ${directory} for the control socket`, () => makeDirectories(directory));
  attempt(`cannot make the control socket in ${directory}`, () =>
    accessSync(directory, constants.W_OK | constants.X_OK),
  );
}

function attempt(failure: string, deed: () => void): void {
  try {
    deed();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(codeOf(code), `${failure} (${code}): give --control SOCKET or set TSJAIL_CONTROL`);
  }
}
