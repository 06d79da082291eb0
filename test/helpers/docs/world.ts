// A place where the paths of the docs can be taken at their word: a mount and a network namespace in which /etc is the machine's with
// changes of its own, so are /var/lib and /usr/local/bin, and /srv, /run, /home and /var/log are empty. Root alone.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { MAIN } from '../cli.ts';
import { until } from '../until.ts';

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const SET_UP = `set -e
mount -t tmpfs none "$1"
overlay() {
  mkdir "$1/$2" "$1/$2-work"
  mount -t overlay overlay -o lowerdir="$3",upperdir="$1/$2",workdir="$1/$2-work" "$3"
}
overlay "$1" etc /etc
overlay "$1" lib /var/lib
overlay "$1" bin /usr/local/bin
for each in /srv /run /home /var/log; do mount -t tmpfs -o mode=755 none "$each"; done
mkdir -p /etc/tsjail/vassals /run/tsjail
if ! [ -e /usr/local/bin/node ]; then
  touch /usr/local/bin/node
  mount --bind "$2" /usr/local/bin/node
fi
ip link set lo up
echo ready
exec sleep infinity`;

interface Staying {
  readonly child: ChildProcess;
  said: string;
  readonly end: Promise<unknown>;
}

/** Words of #inside() but for nsenter's own name. */
const INSIDE = 4;

export class World {
  readonly #directory = mkdtempSync(join(tmpdir(), 'tsjail-docs-'));
  #holder: ChildProcess | undefined;
  #daemon: ChildProcess | undefined;
  #log = '';
  readonly #staying: Staying[] = [];

  async open(roots: Readonly<Record<string, string>>): Promise<void> {
    const bin = join(this.#directory, 'bin');
    const scratch = join(this.#directory, 'scratch');
    for (const each of [bin, scratch]) mkdirSync(each);
    chmodSync(this.#directory, 0o755);
    writeFileSync(join(bin, 'tsjail'), `#!/bin/sh\nexec ${process.execPath} ${MAIN} "$@"\n`);
    chmodSync(join(bin, 'tsjail'), 0o755);
    const words = [
      '--mount',
      '--net',
      '--propagation=private',
      'sh',
      '-c',
      SET_UP,
      'world',
      scratch,
      process.execPath,
    ];
    const holder = spawn('unshare', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#holder = holder;
    await new Promise<void>((resolve, reject) => {
      holder.stdout?.once('data', () => resolve());
      holder.once('exit', () => reject(new Error('the world could not be made')));
    });
    for (const [place, root] of Object.entries(roots)) this.#copy(root, place);
  }

  /** All but its own files is the other's. */
  #copy(root: string, place: string): void {
    const name = place.replaceAll('/', '-');
    const changes = `${this.#directory}/scratch/${name}`;
    const lines = [
      `mkdir -p ${place} ${changes}/upper ${changes}/work`,
      `mount -t overlay overlay -o lowerdir=${root},upperdir=${changes}/upper,workdir=${changes}/work ${place}`,
    ];
    this.runNow(lines.join('\n'));
  }

  /** `main`: another program than the one that was built. */
  async start(main = MAIN): Promise<void> {
    const [command = '', ...args] = this.#inside([process.execPath, main, 'emperor']);
    const daemon = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: this.#environment() });
    this.#daemon = daemon;
    for (const stream of [daemon.stdout, daemon.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.#log += chunk.toString();
      });
    await until('the daemon governs', () => /governing/.test(this.#log) || daemon.exitCode !== null, 20_000);
  }

  /** The daemon's own config is another one now. */
  async takesConfig(): Promise<void> {
    const from = this.#log.length;
    this.#daemon?.kill('SIGHUP');
    await until('the config is in force', () => /config read again/.test(this.#log.slice(from)), 20_000);
  }

  #environment(): NodeJS.ProcessEnv {
    const { TSJAIL_CONTROL: _, ...env } = process.env;
    return { ...env, NO_COLOR: '1', PATH: `${join(this.#directory, 'bin')}:${env.PATH}:/usr/sbin:/sbin` };
  }

  #inside(words: readonly string[]): string[] {
    return ['nsenter', '-t', String(this.#holder?.pid), '--mount', '--net', ...words];
  }

  /** A short thing of the test's own. */
  runNow(script: string): string {
    const [command = '', ...args] = this.#inside(['bash', '--norc', '-euc', script]);
    return execFileSync(command, args, { encoding: 'utf8', env: this.#environment() });
  }

  run(script: string, directory = '/srv', deadlineMs = 60_000): Promise<Said> {
    const [command = '', ...args] = this.#inside(['bash', '--norc', '-ec', `cd ${directory}; ${script}`]);
    return new Promise((resolve) => {
      const child = spawn(command, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: this.#environment(),
        timeout: deadlineMs,
        killSignal: 'SIGKILL',
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
      });
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** Resolves when it has said `words`; it goes on until endStaying(). */
  async stay(script: string, words: string, user?: string): Promise<void> {
    const [command = '', ...args] = this.#inside(['bash', '--norc', '-ec', `cd /srv; ${script}`]);
    const own = user === undefined ? [] : this.#as(user);
    const child = spawn(command, [...args.slice(0, INSIDE), ...own, ...args.slice(INSIDE)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#environment(),
      detached: true,
    });
    const staying: Staying = { child, said: '', end: new Promise((resolve) => child.once('close', resolve)) };
    this.#staying.push(staying);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        staying.said += chunk.toString();
      });
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    await until(`it says ${words}`, () => staying.said.includes(words) || isOver(), 20_000);
    if (isOver()) throw new Error(`it has ended:\n${staying.said}`);
  }

  /** A user with a home and a directory for sockets. */
  #as(user: string): string[] {
    const [home, runtime] = [`/home/${user}`, `/run/user/${user}`];
    this.runNow(`install -d -o ${user} ${home} ${runtime}`);
    const [uid, gid] = this.runNow(`id -u ${user}; id -g ${user}`).split('\n');
    const ids = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
    return ['setpriv', ...ids, 'env', `HOME=${home}`, `XDG_RUNTIME_DIR=${runtime}`];
  }

  /** As by ^C. */
  async endStaying(): Promise<void> {
    const all = this.#staying.splice(0);
    for (const { child } of all) if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    await Promise.all(all.map(({ end }) => end));
  }

  /** Beside, then into place, as a careful editor does. */
  put(path: string, text: string, owner = 'root'): void {
    const beside = join(this.#directory, 'new');
    writeFileSync(beside, text);
    this.runNow(
      `mkdir -p "$(dirname ${path})"; install -m 644 -o ${owner} -g ${owner} ${beside} ${path}.new; mv ${path}.new ${path}`,
    );
  }

  /** The vassal of that file is known. */
  async knows(name: string): Promise<void> {
    await until(
      `the daemon knows ${name}`,
      async () => {
        const { stdout } = await this.run('tsjail ls --json');
        return (JSON.parse(stdout) as { name: string }[]).some((each) => each.name.split(':')[0] === name);
      },
      20_000,
    );
  }

  get log(): string {
    return this.#log;
  }

  async close(): Promise<void> {
    await this.endStaying();
    for (const each of [this.#daemon, this.#holder]) {
      if (each === undefined || each.exitCode !== null || each.signalCode !== null) continue;
      const over = new Promise((resolve) => each.once('close', resolve));
      each.kill('SIGTERM');
      await over;
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

export async function world(roots: Readonly<Record<string, string>> = {}): Promise<World> {
  const made = new World();
  onTestFinished(() => made.close());
  await made.open(roots);
  return made;
}
