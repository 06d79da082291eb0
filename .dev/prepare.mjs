// `npm run build`, and what npm does before each start and test: packages installed, addon and TypeScript built. What is
// already right is left alone, without a network call and without a write.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lchownSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const NODE_FLOOR = [20, 19];
const CXX = process.env.CXX ?? 'g++';
const APT = { [CXX]: 'g++', make: 'make', python3: 'python3' };
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ENOTCACHED)\b/;

/** What is built: from which files, into what, and how. A stamp in the output holds the hash of the inputs. */
const BUILDS = [
  {
    what: 'the addon and the jailer',
    inputs: ['binding.gyp', 'addon'],
    packages: ['node-addon-api', 'node-gyp'],
    stamp: 'build/Release/.inputs',
    outputs: ['build/Release/tsjail.node', 'build/Release/tsjail-jailer'],
    needs: checkCompiler,
    command: ['node_modules/node-gyp/bin/node-gyp.js', 'rebuild'],
    environment: nodeHeaders,
  },
  {
    what: 'dist/',
    inputs: ['.dev/rolldown.config.mjs', 'src'],
    packages: ['rolldown', 'chokidar', 'ini', 'pino'],
    stamp: 'dist/.inputs',
    outputs: ['dist/main.js'],
    needs: () => {},
    command: ['node_modules/rolldown/bin/cli.mjs', '-c', '.dev/rolldown.config.mjs'],
    environment: () => ({}),
  },
];

class Stop extends Error {}

function main() {
  process.chdir(ROOT);
  checkMachine();
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const stale = BUILDS.map((build) => ({ ...build, hash: hashOf(build, lock) })).filter(
    (build) => !isFresh(build),
  );
  for (const build of stale) build.needs();
  if (!isInstalled(lock)) install();
  for (const build of stale) carryOut(build);
}

function checkMachine() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (process.platform !== 'linux') throw new Stop(`needs Linux, this is ${process.platform}`);
  if (major < NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor < NODE_FLOOR[1])) {
    throw new Stop(`needs Node ${NODE_FLOOR.join('.')} or newer, this is ${process.versions.node}`);
  }
}

function checkCompiler() {
  const missing = Object.keys(APT).filter((tool) => !isOnPath(tool));
  const packages = missing.map((tool) => APT[tool]).join(' ');
  if (missing.length > 0)
    throw new Stop(`missing: ${missing.join(', ')}; mend it with: apt-get install -y ${packages}`);
  const probe = spawnSync(CXX, ['-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], {
    input: '#include <span>\n',
  });
  if (probe.status !== 0)
    throw new Stop(`${CXX} cannot compile C++20; mend it with: apt-get install -y g++ (10 or newer)`);
}

function isOnPath(tool) {
  if (tool.includes('/')) return existsSync(tool);
  return (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, tool)));
}

/** npm leaves the list of what it installed as its last act: every package of ours must be in it, in our version. */
function isInstalled(lock) {
  if (!existsSync('node_modules/.package-lock.json')) return false;
  const installed = JSON.parse(readFileSync('node_modules/.package-lock.json', 'utf8')).packages;
  return Object.entries(lock).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] === undefined ? optional === true : installed[path].version === version;
  });
}

function install() {
  mustBeWritable('node_modules');
  say('installing dependencies');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const quick = ['--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=3000', '--prefer-offline'];
  const [command, ...args] = [
    ...npm,
    'ci',
    '--include=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    ...quick,
  ];
  const run = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, npm_config_loglevel: 'error' },
  });
  if (run.error) throw new Stop(`cannot run npm: ${run.error.message}`);
  if (run.status !== 0) throw new Stop(whyNotInstalled(run.stderr));
  giveToOwner('node_modules');
}

function whyNotInstalled(text) {
  const code = UNREACHABLE.exec(text)?.[1];
  if (code)
    return `cannot install dependencies: the package registry cannot be reached (${code}); connect once and run this again`;
  const said = text
    .split('\n')
    .filter((line) => /^npm error ./.test(line))
    .slice(0, 6)
    .join('\n');
  return `cannot install dependencies: npm ci failed:\n${said || text.trim()}`;
}

function hashOf({ inputs, packages }, lock) {
  const hash = createHash('sha256').update(process.arch);
  for (const name of packages) hash.update(`${name} ${lock[`node_modules/${name}`]?.version}\n`);
  for (const file of inputs.flatMap(filesBelow))
    hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

function isFresh({ stamp, outputs, hash }) {
  return (
    existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && outputs.every((file) => existsSync(file))
  );
}

function carryOut({ what, stamp, hash, command, environment }) {
  const [output = ''] = stamp.split('/');
  mustBeWritable(output);
  say(`building ${what}`);
  const begun = Date.now();
  rmSync(output, { recursive: true, force: true });
  const env = { ...process.env, npm_config_loglevel: 'error', ...environment() };
  const run = spawnSync(process.execPath, command, { encoding: 'utf8', env });
  if (run.status !== 0) throw new Stop(whyNotBuilt(what, `${run.stdout}${run.stderr}`));
  writeFileSync(stamp, hash);
  giveToOwner(output);
  say(`built ${what} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
}

function whyNotBuilt(what, text) {
  const code = UNREACHABLE.exec(text)?.[1];
  if (!code) return `cannot build ${what}:\n${text.trim()}`;
  const mend = 'set npm_config_nodedir to a directory whose include/node holds them, or connect once';
  return `the headers of Node ${process.versions.node} are not here and cannot be fetched (${code}); ${mend}`;
}

/** Where node-gyp finds Node's headers without asking the network: what is configured, else beside this Node or in /usr. */
function nodeHeaders() {
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

function mustBeWritable(path) {
  try {
    accessSync(existsSync(path) ? path : '.', constants.W_OK);
  } catch {
    const owner = statSync('.').uid;
    throw new Stop(
      `${path} is out of date and not ours to write (uid ${process.getuid()}); run this once as its owner, uid ${owner}`,
    );
  }
}

/** What root builds in somebody's tree is his: he could not rebuild it otherwise. */
function giveToOwner(path) {
  const { uid, gid } = statSync('.');
  if (process.getuid() !== 0 || uid === 0) return;
  lchownSync(path, uid, gid);
  for (const name of readdirSync(path, { recursive: true })) lchownSync(join(path, name), uid, gid);
}

function say(text) {
  process.stderr.write(`tsjail: ${text}\n`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  say(error.message);
  process.exitCode = 1;
}
