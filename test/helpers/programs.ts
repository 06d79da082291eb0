// Programs that some tests need and not every machine has, each with the package of Debian that has it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const PROGRAMS = {
  ip: 'iproute2',
  mmdebstrap: 'mmdebstrap',
  newuidmap: 'uidmap',
  'systemd-analyze': 'systemd',
  'systemd-notify': 'systemd',
  'systemd-tmpfiles': 'systemd',
  uwsgi: 'uwsgi-core',
  uwsgi_python3: 'uwsgi-plugin-python3',
} as const;
export type Program = keyof typeof PROGRAMS;

export function hasProgram(name: Program): boolean {
  const directories = `${process.env.PATH ?? ''}:/usr/sbin:/sbin`.split(':');
  return directories.some((directory) => existsSync(join(directory, name)));
}
