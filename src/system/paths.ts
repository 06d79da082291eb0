// Where things are by default, and where our own files lie beside this one.
import { fileURLToPath } from 'node:url';

export const DEFAULT_CONTROL = '/run/tsjail/control.sock';
export const DEFAULT_SOURCE = '/etc/tsjail/vassals';
export const DEFAULT_CONFIG = '/etc/tsjail/emperor.ini';

const ROOT = new URL('../../', import.meta.url);

export const ADDON_PATH = fileURLToPath(new URL('build/Release/tsjail.node', ROOT));
export const JAILER_PATH = fileURLToPath(new URL('build/Release/tsjail-jailer', ROOT));
export const PACKAGE_PATH = fileURLToPath(new URL('package.json', ROOT));
