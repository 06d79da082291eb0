// The peers: Debian's packages, and pm2 of npm in build/bench. What cannot be had is told in the tables.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = ['bubblewrap', 'crun', 'runc', 's6', 'runit', 'supervisor', 'uwsgi-core', 'procps'];
const PM2_VERSION = '7.0.4';
const PM2 = fileURLToPath(new URL('../../build/bench/pm2', import.meta.url));
const LIMIT_MS = 300_000;

export function installPeers() {
  const missing = PACKAGES.filter((name) => versionOf(name) === undefined);
  if (missing.length > 0) attempt('apt-get', [...APT, ...missing]);
  const pm2 = join(PM2, 'node_modules/.bin/pm2-runtime');
  mkdirSync(PM2, { recursive: true });
  if (!existsSync(pm2))
    attempt('npm', ['install', '--silent', '--no-audit', '--no-fund', '--prefix', PM2, `pm2@${PM2_VERSION}`]);
  if (existsSync(pm2)) process.env.TSJAIL_BENCH_PM2 = pm2;
}

/** runit's package would start a service of its own. */
const APT = ['-qq', 'install', '-y', '--no-install-recommends'];

/** Upstream's part of the version; undefined: not installed. */
export function versionOf(name) {
  if (name === 'pm2') return process.env.TSJAIL_BENCH_PM2 && PM2_VERSION;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Version}', name], {
    encoding: 'utf8',
  });
  const [status, version] = stdout.split(' ');
  return status === 'installed' ? version.replace(/^\d+:/, '').replace(/[-+].*$/, '') : undefined;
}

function attempt(program, words) {
  try {
    execFileSync(program, words, {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: LIMIT_MS,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch (error) {
    process.stderr.write(`${program}: ${error.message.split('\n')[0]}; goes on without\n`);
  }
}
