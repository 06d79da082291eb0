// Programs that some tests need and not every machine has, each with the package of Debian that has it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const PROGRAMS = {
  bash: 'bash',
  chromium: 'chromium',
  fish: 'fish',
  logrotate: 'logrotate',
  ip: 'iproute2',
  mandoc: 'mandoc',
  mmdebstrap: 'mmdebstrap',
  newuidmap: 'uidmap',
  nginx: 'nginx-light',
  'php-fpm8.2': 'php-fpm',
  postgres: 'postgresql',
  promtool: 'prometheus',
  supervisord: 'supervisor',
  'systemd-analyze': 'systemd',
  'systemd-notify': 'systemd',
  'systemd-tmpfiles': 'systemd',
  ssh: 'openssh-client',
  uwsgi: 'uwsgi-core',
  uwsgi_python3: 'uwsgi-plugin-python3',
  zsh: 'zsh',
} as const;
export type Program = keyof typeof PROGRAMS;

export function hasProgram(name: Program): boolean {
  const directories = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/lib/postgresql/15/bin`.split(':');
  return directories.some((directory) => existsSync(join(directory, name)));
}
