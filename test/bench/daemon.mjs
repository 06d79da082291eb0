// The whole daemon: from a file renamed into place, from a killed command, and with a thousand vassals.
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, sleep } from './numbers.mjs';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const DEADLINE_MS = 60_000;
/** Long enough for the machine to fall idle: a vassal is edited or dies now and then, not in a loop. */
const PAUSE_MS = 60;
const SELDOM_MS = 100;

export class Daemon {
  /** What starts it. */
  wrapper = [];
  stopSignal = 'SIGTERM';
  #directory;
  #mark;
  #child;
  #exit;

  constructor(directory, mark) {
    this.#directory = directory;
    this.#mark = mark;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(join(directory, 'vassals'), { recursive: true });
    mkdirSync(join(directory, 'marks'));
  }

  /** What governs the files in `vassals`. */
  command(vassals) {
    return [process.execPath, MAIN, 'emperor', vassals, '--control', this.#socket];
  }

  start() {
    const [program, ...words] = [...this.wrapper, ...this.command(this.vassals)];
    const log = openSync(join(this.#directory, 'log'), 'a');
    this.#child = spawn(program, words, { stdio: ['ignore', log, log] });
    closeSync(log);
    this.#exit = new Promise((resolve) => this.#child.on('exit', resolve));
  }

  get pid() {
    return this.#child.pid;
  }

  get residentKiB() {
    return field(`/proc/${this.pid}/status`, 'VmRSS');
  }

  get directory() {
    return this.#directory;
  }

  get vassals() {
    return join(this.#directory, 'vassals');
  }

  get log() {
    return readFileSync(join(this.#directory, 'log'), 'utf8');
  }

  get #socket() {
    return join(this.#directory, 'control.sock');
  }

  async stop(signal = this.stopSignal) {
    this.#child.kill(signal);
    await this.#exit;
  }

  get mark() {
    return this.#mark;
  }

  markOf(name) {
    return join(this.#directory, 'marks', name);
  }

  /** The command line that marks `name` and waits. */
  line(name) {
    return `${this.#mark} ${this.markOf(name)} pause`;
  }

  /** The text of a full jail whose command marks `name` and waits. */
  text(name) {
    const lines = [
      '[vassal]',
      'clone = fs,net,ipc,uts,pid',
      'profile = open',
      'hostname = bench',
      'stable-after = 0',
      'stop-signal = KILL',
    ];
    return `${[...lines, `command = ${this.line(name)}`].join('\n')}\n`;
  }

  /** Writes beside and renames into place. Gives the moment of the rename. */
  put(name, text = this.text(name)) {
    const beside = join(this.#directory, `${name}.new`);
    writeFileSync(beside, text);
    const at = process.hrtime.bigint();
    renameSync(beside, join(this.#directory, 'vassals', `${name}.ini`));
    return at;
  }

  remove(name) {
    rmSync(join(this.#directory, 'vassals', `${name}.ini`));
  }

  /** Moments at which the command of `name` was started so far. */
  marks(name) {
    try {
      return readFileSync(this.markOf(name), 'utf8').trim().split('\n').filter(Boolean).map(BigInt);
    } catch {
      return [];
    }
  }

  /** Resolves once `reached()` holds, with what it gave; looks when a mark was made and now and then. */
  async until(what, reached) {
    const end = Date.now() + DEADLINE_MS;
    let wake = () => {};
    const watcher = watch(join(this.#directory, 'marks'), () => wake());
    try {
      for (;;) {
        const value = await reached();
        if (value) return value;
        if (Date.now() > end) throw new Error(`never: ${what}\n${this.log.slice(-4000)}`);
        await new Promise((resolve) => {
          wake = resolve;
          setTimeout(resolve, 20);
        });
      }
    } finally {
      watcher.close();
    }
  }

  marked(name, count) {
    return this.until(`mark ${count} of ${name}`, () => this.marks(name).length >= count);
  }

  /** Looks but seldom: the marks tell the moments, and who watches takes time from those he watches. */
  async allMarked(count) {
    const marks = join(this.#directory, 'marks');
    const end = Date.now() + DEADLINE_MS;
    // Made, then written.
    const written = () => readdirSync(marks).filter((name) => statSync(join(marks, name)).size > 0);
    while (written().length < count) {
      if (Date.now() > end) throw new Error(`never: ${count} marks\n${this.log.slice(-4000)}`);
      await sleep(SELDOM_MS);
    }
  }

  ls() {
    return this.#ask('GET', '/v1/vassals');
  }

  metrics() {
    return this.#textOf('GET', '/metrics');
  }

  /** Resolves when the new program answers. */
  async reexec() {
    const { reexecs } = await this.#ask('GET', '/v1/version');
    const { ok, message } = await this.#ask('POST', '/v1/reexec');
    if (!ok) throw new Error(message);
    await this.until('the new program', async () => {
      const now = await this.#ask('GET', '/v1/version').catch(() => undefined);
      return now?.reexecs > reexecs;
    });
  }

  async #ask(method, path) {
    return JSON.parse(await this.#textOf(method, path));
  }

  #textOf(method, path) {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.#socket, method, path, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve(text));
      });
      call.on('error', reject).end();
    });
  }

  async answers() {
    await this.until('an answer on the control socket', () => this.ls().then(Array.isArray, () => false));
  }
}

/** µs from a file renamed into place to the command exec'd, `times` times. */
export async function fromFile(directory, mark, times) {
  const daemon = new Daemon(directory, mark);
  daemon.start();
  await daemon.answers();
  const results = [];
  for (let n = 0; n < times; n++) {
    await sleep(PAUSE_MS);
    const name = `v${n}`;
    const begun = daemon.put(name);
    await daemon.marked(name, 1);
    results.push(Number(daemon.marks(name)[0] - begun) / 1000);
    daemon.remove(name);
    await daemon.until(`${name} gone`, async () => (await daemon.ls()).length === 0);
  }
  await daemon.stop();
  return results;
}

/** µs from kill -9 of a stable vassal's command to the next one exec'd, `times` times. */
export async function afterKill(directory, mark, times) {
  const daemon = new Daemon(directory, mark);
  daemon.start();
  await daemon.answers();
  daemon.put('killed');
  const results = [];
  for (let n = 0; n < times; n++) {
    await daemon.marked('killed', n + 1);
    await sleep(PAUSE_MS);
    const [{ pid }] = await daemon.ls();
    await sleep(PAUSE_MS);
    const begun = process.hrtime.bigint();
    process.kill(pid, 'SIGKILL');
    await daemon.marked('killed', n + 2);
    results.push(Number(daemon.marks('killed').at(-1) - begun) / 1000);
  }
  await daemon.stop();
  return results;
}

/** `count` vassals from a cold start of the daemon, what they cost, and their end. */
export async function many(directory, mark, count, settleMs, idleMs) {
  const daemon = new Daemon(directory, mark);
  const names = Array.from({ length: count }, (_, n) => `v${n}`);
  for (const name of names) daemon.put(name);
  const begun = process.hrtime.bigint();
  daemon.start();
  await daemon.allMarked(count);
  const sinceStart = names.map((name) => Number(daemon.marks(name)[0] - begun) / 1e6);
  await daemon.until('all running', async () =>
    (await daemon.ls()).every((vassal) => vassal.state === 'running'),
  );
  // Before it settles: V8 sweeps for a while after an answer of that size too.
  const jailers = (await daemon.ls()).slice(0, 50).map((vassal) => vassal.jailerPid);
  await sleep(settleMs);
  const daemonMiB = daemon.residentKiB / 1024;
  const jailerKiB = median(jailers.map(privateKiB));
  const before = wakeUps(daemon.pid);
  await sleep(idleMs);
  const idleWakeUps = wakeUps(daemon.pid) - before;
  await daemon.reexec();
  await sleep(settleMs);
  const replacedMiB = field(`/proc/${daemon.pid}/status`, 'VmRSS') / 1024;
  const ending = process.hrtime.bigint();
  await daemon.stop();
  return {
    upMs: Math.max(...sinceStart),
    downMs: Number(process.hrtime.bigint() - ending) / 1e6,
    daemonMiB,
    replacedMiB,
    jailerKiB,
    idleWakeUps,
  };
}

function field(file, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);
}

function privateKiB(pid) {
  const file = `/proc/${pid}/smaps_rollup`;
  return field(file, 'Private_Clean') + field(file, 'Private_Dirty');
}

/** Every thread counts: how often it gave up the processor to wait. */
function wakeUps(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce(
    (sum, thread) => sum + field(`/proc/${pid}/task/${thread}/status`, 'voluntary_ctxt_switches'),
    0,
  );
}
