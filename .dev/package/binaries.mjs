// Addon and jailer for a machine, stripped: those of this one are built already, the others' are cross-compiled, in a copy of
// the source. What was made from the same source is used again.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeHeaders } from '../node-headers.mjs';
import { toolchainFor } from './machines.mjs';
import { filesBelow, PACKAGES, run, say } from './source.mjs';

const SOURCES = ['addon', 'binding.gyp', 'package.json', 'package-lock.json'];
const MODES = { 'tsjail.node': 0o644, 'tsjail-jailer': 0o755 };

/** The directory with both. */
export function binariesFor(arch) {
  const { prefix, packages } = toolchainFor(arch);
  const made = join(PACKAGES, 'prebuilds', `linux-${arch}`);
  const built = prefix === '' ? 'build/Release' : crossBuilt(arch, prefix, packages);
  for (const [name, mode] of Object.entries(MODES)) {
    mkdirSync(made, { recursive: true });
    const to = join(made, name);
    run(`${prefix}strip`, ['--strip-all', '-o', to, join(built, name)], {
      mend: `apt-get install -y ${packages}`,
    });
    chmodSync(to, mode);
  }
  return made;
}

function crossBuilt(arch, prefix, packages) {
  const place = resolve(PACKAGES, 'cross', arch);
  const stamp = join(place, '.inputs');
  const hash = hashOf(SOURCES);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
    run(`${prefix}g++`, ['--version'], { mend: `apt-get install -y ${packages}` });
    say(`building for ${arch}`);
    build(arch, prefix, place);
    writeFileSync(stamp, hash);
  }
  return join(place, 'build/Release');
}

function build(arch, prefix, place) {
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  for (const source of SOURCES) cpSync(source, join(place, source), { recursive: true });
  symlinkSync(resolve('node_modules'), join(place, 'node_modules'));
  const tools = { CC: `${prefix}gcc`, CXX: `${prefix}g++`, AR: `${prefix}ar`, LINK: `${prefix}g++` };
  const env = { ...process.env, npm_config_loglevel: 'error', ...nodeHeaders(), ...tools };
  run(
    process.execPath,
    [resolve('node_modules/node-gyp/bin/node-gyp.js'), 'rebuild', '--jobs=max', `--arch=${arch}`],
    {
      cwd: place,
      env,
    },
  );
}

function hashOf(sources) {
  const hash = createHash('sha256');
  const files = sources.flatMap((source) =>
    source.includes('.') ? [source] : filesBelow(source).map((file) => join(source, file)),
  );
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}
