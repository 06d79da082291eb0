// The raw C launcher and other jailers, each as a stopwatch process that does one launch when told.
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

/** A `raw` process that waits for orders. */
export class Stopwatch {
  #child;
  #lines;
  #said = '';

  constructor(words) {
    const [command, ...args] = words;
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (chunk) => {
      this.#said += chunk;
    });
    this.#child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid() {
    return this.#child.pid;
  }

  /** µs of one launch. Throws when it cannot do it. */
  async once() {
    this.#child.stdin.write('\n');
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(this.#said.trim() || 'ended without a word');
    return Number(value);
  }

  close() {
    this.#child.stdin.end();
  }
}

/** The peers that are installed: name, what it does less or more than tsjail, and its command line. */
export function peers({ raw, mark }, directory) {
  const all = [
    {
      name: 'unshare(1)',
      note: 'no init, lo stays down',
      words: (path) => [path, '-mniup', '--fork', '--mount-proc', mark, '-'],
    },
    { name: 'bubblewrap', note: 'with its init', words: (path) => [path, ...BUBBLEWRAP, mark, '-'] },
    {
      name: 'crun',
      note: 'minimal spec, no cgroup',
      words: (path) => crunCommand(path, mark, directory),
      without: unified(),
    },
    { name: 'runc', note: 'minimal spec, no cgroup', words: (path) => runcCommand(path, mark, directory) },
  ];
  return all.flatMap(({ name, note, words, without }) => {
    const path = onPath(name === 'bubblewrap' ? 'bwrap' : name.replace('(1)', ''));
    if (path === undefined) return [{ name, note: 'not installed', words: undefined }];
    const stopwatch = [raw, 'peer', ...words(path)];
    return [{ name, note, words: without ? hiding(without, stopwatch) : stopwatch }];
  });
}

const BUBBLEWRAP = [
  '--unshare-net',
  '--unshare-ipc',
  '--unshare-uts',
  '--unshare-pid',
  '--hostname',
  'bench',
  '--bind',
  '/',
  '/',
  '--proc',
  '/proc',
];

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
}

/** No id is taken twice at a time; the stopwatch waits for the end of each run, so one serves. */
function crunCommand(path, mark, directory) {
  const words = ['--root', join(directory, 'crun'), '--cgroup-manager=disabled'];
  return [path, ...words, 'run', '--bundle', bundleIn(directory, mark), 'bench'];
}

/** Told that it is rootless it makes do without a cgroup. */
function runcCommand(path, mark, directory) {
  const words = ['--root', join(directory, 'runc'), '--rootless', 'true'];
  return [path, ...words, 'run', '--bundle', bundleIn(directory, mark), 'bench'];
}

/** With the least that both take for a spec. */
function bundleIn(directory, mark) {
  const bundle = join(directory, 'bundle');
  for (const name of ['proc', 'dev']) mkdirSync(join(bundle, 'rootfs', name), { recursive: true });
  copyFileSync(mark, join(bundle, 'rootfs/mark'));
  const namespaces = ['mount', 'network', 'ipc', 'uts', 'pid'].map((type) => ({ type }));
  const spec = {
    ociVersion: '1.0.0',
    process: { terminal: false, user: { uid: 0, gid: 0 }, args: ['/mark', '-'], cwd: '/' },
    root: { path: 'rootfs' },
    hostname: 'bench',
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: { namespaces },
  };
  writeFileSync(join(bundle, 'config.json'), JSON.stringify(spec));
  return bundle;
}

/** crun refuses a hybrid cgroup layout when a controller is on the v2 side: it is shown none. */
function unified() {
  return existsSync('/sys/fs/cgroup/unified') ? '/sys/fs/cgroup/unified' : undefined;
}

function hiding(mount, words) {
  return ['unshare', '--mount', 'sh', '-c', 'umount "$0" && exec "$@"', mount, ...words];
}
