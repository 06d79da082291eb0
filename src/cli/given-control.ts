// The control socket that the service manager has bound (tsjail.socket), if it has.
import { resolve } from 'node:path';
import { givenSockets, listeningPath } from '../system/listen-fds.ts';
import type { Call } from './command.ts';
import { controlPath } from './daemon.ts';
import { UsageError } from './errors.ts';

export interface GivenControl {
  readonly fd: number;
  readonly path: string;
}

/** FileDescriptorName= of tsjail.socket. A unit that does not say has its own name for that. */
const NAMES = new Set(['control', 'tsjail.socket', 'unknown', '']);

/** Undefined: the daemon binds its own. Commands look where the config says, so that is where it has to be. */
export function givenControl({ options, io }: Pick<Call, 'options' | 'io'>): GivenControl | undefined {
  const given = givenSockets(io.env, process.pid);
  if (given.length === 0) return undefined;
  const [control, ...more] = given.filter(({ name }) => NAMES.has(name));
  const names = given.map(({ fd, name }) => `${fd} (${name || 'without a name'})`).join(', ');
  if (control === undefined || more.length > 0)
    throw new UsageError(
      `of the descriptors given, ${names}, not one alone is named control: FileDescriptorName=control`,
    );
  const path = listeningPath(control.fd);
  if (path === undefined)
    throw new UsageError(
      `descriptor ${control.fd}, given as control socket: no unix stream socket that listens on a path`,
    );
  const asked = resolve(controlPath({ options, io }));
  if (asked !== path)
    throw new UsageError(
      `descriptor ${control.fd}, given as control socket, listens on ${path}, not on ${asked}`,
    );
  return { fd: control.fd, path };
}
