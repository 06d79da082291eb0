// A daemon over a directory of vassals whose command notes each of its starts. Others than tsjail are made of it, by what starts them.
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
import { sleep } from './numbers.mjs';
import { family, kill, pidsWith } from './processes.mjs';

export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const DEADLINE_MS = 60_000;
/** The same for many: so much for each of them besides. */
const EACH_MS = 20;
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
    return [process.execPath, MAIN, 'emperor', vassals, '--control', this.control];
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

  /** Processor time of its main thread so far (schedstat: ns). */
  get loopMs() {
    return Number(readFileSync(`/proc/${this.pid}/task/${this.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
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

  get control() {
    return join(this.#directory, 'control.sock');
  }

  async stop(signal = this.stopSignal) {
    this.#child.kill(signal);
    await this.#exit;
  }

  /** It, and whatever is left of what it started: not every Emperor takes its vassals with it. */
  async end() {
    if (this.#child === undefined) return;
    const isUp = this.#child.exitCode === null && this.#child.signalCode === null;
    const below = isUp ? family(this.pid).slice(1) : [];
    await this.stop('SIGKILL');
    for (const pid of [...below, ...pidsWith(`${this.#directory}/`)]) kill(pid);
  }

  get mark() {
    return this.#mark;
  }

  markOf(name) {
    return join(this.#directory, 'marks', name);
  }

  /** So that its command need not make it: where thousands of files were just removed, a disk's file system takes a millisecond for
   *  each new one. */
  prepareMark(name) {
    writeFileSync(this.markOf(name), '');
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
    const end = Date.now() + DEADLINE_MS + count * EACH_MS;
    // Made, then written.
    const written = () => readdirSync(marks).filter((name) => statSync(join(marks, name)).size > 0);
    while (written().length < count) {
      if (Date.now() > end) throw new Error(`never: ${count} marks\n${this.log.slice(-4000)}`);
      await sleep(SELDOM_MS);
    }
  }

  async ls() {
    return (await this.#ask('GET', '/v1/vassals')).body;
  }

  /** How many it knows, whatever becomes of them. */
  async count() {
    return (await this.#ask('GET', '/v1/vassals?usage=0')).body.length;
  }

  /** Resolves when it has so many, and all of them are ready. */
  async running(count) {
    await this.until(`${count} running`, async () => {
      const all = await this.ls().catch(() => []);
      return all.length === count && all.every(({ state }) => state === 'running');
    });
  }

  async knows(name) {
    return (await this.#ask('GET', `/v1/vassals/${name}`)).status !== 404;
  }

  /** Resolves when it is done. */
  async order(name, verb) {
    const { body } = await this.#ask('POST', `/v1/vassals/${name}/${verb}`);
    if (!body.ok) throw new Error(`${verb} ${name}: ${body.error?.message ?? body.message}`);
  }

  async metrics() {
    return (await this.#textOf('GET', '/metrics')).text;
  }

  /** Resolves when the new program answers. */
  async reexec() {
    const { reexecs } = (await this.#ask('GET', '/v1/version')).body;
    const { ok, message } = (await this.#ask('POST', '/v1/reexec')).body;
    if (!ok) throw new Error(message);
    await this.until('the new program', async () => {
      const now = await this.#ask('GET', '/v1/version').catch(() => undefined);
      return now?.body.reexecs > reexecs;
    });
  }

  async #ask(method, path) {
    const { status, text } = await this.#textOf(method, path);
    return { status, body: JSON.parse(text) };
  }

  #textOf(method, path) {
    return new Promise((resolve, reject) => {
      const call = request({ socketPath: this.control, method, path, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode, text }));
      });
      call.on('error', reject).end();
    });
  }

  async answers() {
    await this.until('an answer on the control socket', () => this.ls().then(Array.isArray, () => false));
  }
}

function field(file, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1]);
}
