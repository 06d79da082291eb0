// Where node-gyp finds Node's headers without asking the network: what is configured, else beside this Node or in /usr.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** To be added to the environment of node-gyp. */
export function nodeHeaders() {
  if (process.env.npm_config_nodedir) return {};
  const prefixes = [dirname(dirname(process.execPath)), '/usr', '/usr/local'];
  const nodedir = prefixes.find((prefix) => headerMajor(prefix) === process.versions.node.split('.')[0]);
  return nodedir === undefined ? {} : { npm_config_nodedir: nodedir };
}

function headerMajor(prefix) {
  const file = join(prefix, 'include/node/node_version.h');
  if (!existsSync(join(prefix, 'include/node/node.h')) || !existsSync(file)) return undefined;
  return /NODE_MAJOR_VERSION (\d+)/.exec(readFileSync(file, 'utf8'))?.[1];
}
