// A small app of uWSGI's, its config, and whoever asks it for something.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { tempDirectory } from './temp-directory.ts';

/** Answers with its version, and after a moment when that is asked for. */
const APP = `
import os, time
VERSION = '%s'
def application(env, start):
    seconds = float(env.get('QUERY_STRING') or 0)
    if seconds: open('asked', 'w').close()
    time.sleep(seconds)
    start('200 OK', [('Content-Type', 'text/plain')])
    return [('%%s %%d %%d' %% (VERSION, os.getuid(), os.getpid())).encode()]
`;

export class UwsgiApp {
  readonly directory = tempDirectory();
  readonly socket = join(this.directory, 'http.sock');

  constructor() {
    // Whoever uWSGI becomes has to bind its socket here.
    chmodSync(this.directory, 0o777);
    mkdirSync(join(this.directory, 'app'));
    this.version('one');
  }

  version(version: string): void {
    writeFileSync(join(this.directory, 'app', 'app.py'), APP.replace('%s', version).replaceAll('%%', '%'));
  }

  /** The text of a vassal: [uwsgi] with these lines besides its own, then [vassal]. */
  ini(uwsgi: readonly string[] = [], vassal: readonly string[] = []): string {
    const own = ['plugin = python3', `chdir = ${this.directory}/app`, 'module = app', 'need-app = true'];
    const socket = [`http-socket = ${this.socket}`, 'chmod-socket = 666'];
    const fresh = 'env = PYTHONDONTWRITEBYTECODE=1';
    const ours = vassal.length === 0 ? [] : ['[vassal]', ...vassal];
    return ['[uwsgi]', ...own, ...socket, 'disable-logging = true', fresh, ...uwsgi, ...ours, ''].join('\n');
  }

  /** A request that takes its time has come. */
  get isAsked(): boolean {
    return existsSync(join(this.directory, 'app', 'asked'));
  }

  /** What it answers: version, uid, pid of the worker. */
  async ask(seconds = 0): Promise<{ version: string; uid: number; pid: number }> {
    const [version = '', uid, pid] = (await get(this.socket, `/?${seconds}`)).split(' ');
    return { version, uid: Number(uid), pid: Number(pid) };
  }

  /** Is it that version that answers? uWSGI may hang up on who comes in the moment that a worker leaves. */
  async serves(version: string): Promise<boolean> {
    return this.ask().then(
      (answer) => answer.version === version,
      () => false,
    );
  }
}

export async function get(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, agent: false, timeout: 10_000 }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('error', reject).on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(text)));
    });
    call
      .on('timeout', () => call.destroy(new Error('no answer')))
      .on('error', reject)
      .end();
  });
}

/** Asks over and over, a few at a time, until `stop`. */
export class Load {
  answered = 0;
  readonly failed: unknown[] = [];
  #goesOn = true;
  readonly #all: Promise<unknown>;

  constructor(app: UwsgiApp, clients = 4) {
    this.#all = Promise.all(Array.from({ length: clients }, () => this.#client(app)));
  }

  async stop(): Promise<void> {
    this.#goesOn = false;
    await this.#all;
  }

  async #client(app: UwsgiApp): Promise<void> {
    while (this.#goesOn) {
      try {
        await app.ask();
        this.answered++;
      } catch (error) {
        this.failed.push(error);
      }
    }
  }
}

/** Processes, by pid, that have the socket open which `/proc/PID/fd/FD` is. */
export function holdersOf(link: string): number[] {
  return pids().filter((pid) => links(pid).includes(link));
}

/** `socket:[…]` of all descriptors of `pid`. */
export function socketsOf(pid: number): string[] {
  return links(pid).filter((link) => link.startsWith('socket:'));
}

/** The value of a variable in the environment that `pid` was exec'd with. */
export function variableOf(pid: number, name: string): string | undefined {
  const all = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return all.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Pids of processes that were exec'd with `mark` in their environment. */
export function processesWith(mark: string): number[] {
  return pids().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark);
    } catch {
      return false;
    }
  });
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function links(pid: number): string[] {
  const directory = `/proc/${pid}/fd`;
  try {
    return existsSync(directory) ? readdirSync(directory).map((fd) => linkOf(`${directory}/${fd}`)) : [];
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
