// A small Debian with Node alone, to install packages in: what is written goes into a layer of its own that is gone after the test.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../.dev/clean-root', import.meta.url));
export const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url));
/** Debian's npm comes with half a distribution. */
const NPM = '/usr/lib/node_modules/npm';

const ENTER = [
  'set -e',
  'mount -t overlay -o "lowerdir=$LOWER,upperdir=$LAYER/upper,workdir=$LAYER/work" none "$LAYER/root"',
  'mkdir -p "$LAYER/root/packages" "$LAYER/root/opt/npm"',
  'mount --bind "$PACKAGES" "$LAYER/root/packages"',
  `mount --bind ${NPM} "$LAYER/root/opt/npm"`,
  'mount -t proc proc "$LAYER/root/proc"',
  'mount -t sysfs sysfs "$LAYER/root/sys"',
  'mount --rbind /dev "$LAYER/root/dev"',
  'exec chroot "$LAYER/root" /bin/sh -c "$1"',
].join('\n');

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class CleanRoot {
  readonly #lower: string;
  readonly #layer = mkdtempSync(join(tmpdir(), 'tsjail-clean-'));

  constructor() {
    this.#lower = execFileSync(SCRIPT, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
    for (const name of ['upper', 'work', 'root']) mkdirSync(join(this.#layer, name));
    onTestFinished(() => rmSync(this.#layer, { recursive: true, force: true }));
  }

  /** A shell's command there, without any network. */
  run(command: string): Said {
    const own = ['--mount', '--pid', '--fork', '--kill-child', '--net', '--ipc', '--uts'];
    const env = {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      LC_ALL: 'C',
      DEBIAN_FRONTEND: 'noninteractive',
    };
    const { status, stdout, stderr } = spawnSync('unshare', [...own, 'sh', '-c', ENTER, 'sh', command], {
      encoding: 'utf8',
      env: { ...env, LOWER: this.#lower, LAYER: this.#layer, PACKAGES },
    });
    return { code: status, stdout, stderr };
  }

  /** As `run`; throws what was said when it fails. */
  must(command: string): string {
    const { code, stdout, stderr } = this.run(command);
    if (code !== 0) throw new Error(`${command}: ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** Every path, but for what packages' tools note down. */
  paths(): string[] {
    const notes = [
      '/proc',
      '/sys',
      '/dev',
      '/packages',
      '/opt',
      '/var/cache',
      '/var/log',
      '/var/lib/dpkg',
      '/tmp',
      '/root/.npm',
    ];
    const left = notes.map((path) => `-path ${path}`).join(' -o ');
    return this.must(`find / -xdev \\( ${left} \\) -prune -o -print | sort`).trim().split('\n');
  }
}
