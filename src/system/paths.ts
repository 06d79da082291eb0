// Where things are by default, and where our own files lie beside this one.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const DEFAULT_CONTROL = '/run/tsjail/control.sock';
export const DEFAULT_SOURCE = '/etc/tsjail/vassals';
export const DEFAULT_CONFIG = '/etc/tsjail/emperor.ini';

/** The nearest directory above with a package.json: built, this file is part of another one. */
function packageRoot(from: URL): URL {
  const above = new URL('../', from);
  return above.pathname === '/' || existsSync(new URL('package.json', above)) ? above : packageRoot(above);
}

/** What outlives a reboot. A service manager says where (systemd.exec(5), StateDirectory=). */
export function stateDirectory(env: Readonly<Record<string, string | undefined>>, uid: number): string {
  const given = env.STATE_DIRECTORY?.split(':', 1)[0];
  if (given) return given;
  if (uid === 0) return '/var/lib/tsjail';
  return join(env.XDG_STATE_HOME || join(env.HOME || '/', '.local/state'), 'tsjail');
}

const ROOT = packageRoot(new URL(import.meta.url));
/** There in packages alone. */
const PREBUILDS = 'prebuilds/';

/** What was built here; else what a package brings for machines like this one. */
function binary(name: string): string {
  const built = fileURLToPath(new URL(`build/Release/${name}`, ROOT));
  return existsSync(built)
    ? built
    : fileURLToPath(new URL(`${PREBUILDS}linux-${process.arch}/${name}`, ROOT));
}

export const ADDON_PATH = binary('tsjail.node');
export const JAILER_PATH = binary('tsjail-jailer');
/** Of the machines that a package is for, by Node's names; none: this is no package. */
export function packagedMachines(): string[] {
  const directory = new URL(PREBUILDS, ROOT);
  return existsSync(directory) ? readdirSync(directory).map((name) => name.replace(/^linux-/, '')) : [];
}

export const PACKAGE_PATH = fileURLToPath(new URL('package.json', ROOT));
export const CENTRE_PATH = fileURLToPath(new URL('centre/', ROOT));
