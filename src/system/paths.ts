// Where things are by default, and where our own files lie beside this one.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const DEFAULT_CONTROL = '/run/tsjail/control.sock';
export const DEFAULT_SOURCE = '/etc/tsjail/vassals';
export const DEFAULT_CONFIG = '/etc/tsjail/emperor.ini';

/** The nearest directory above with a package.json: built, this file is part of another one. */
function packageRoot(from: URL): URL {
  const above = new URL('../', from);
  return above.pathname === '/' || existsSync(new URL('package.json', above)) ? above : packageRoot(above);
}

const ROOT = packageRoot(new URL(import.meta.url));

export const ADDON_PATH = fileURLToPath(new URL('build/Release/tsjail.node', ROOT));
export const JAILER_PATH = fileURLToPath(new URL('build/Release/tsjail-jailer', ROOT));
export const PACKAGE_PATH = fileURLToPath(new URL('package.json', ROOT));
