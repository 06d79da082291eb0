// The built daemon in the world of a storm: started, asked over its control socket, ended.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { poll } from './time.mjs';

const MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const STATE = '/run/state';
const START_MS = 180_000;
const ANSWER_MS = 60_000;

export class Daemon {
  #world;
  #options;
  #child;
  exit;

  /** `options`: sources, control, args, state, wrapper (a command in front), gcLog (where V8 tells of its collections). */
  constructor(world, options) {
    this.#world = world;
    this.#options = options;
  }

  get pid() {
    return this.#child.pid;
  }

  get ended() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  get log() {
    return readFileSync(this.#world.log, 'utf8');
  }

  get control() {
    return this.#options.control ?? '/run/tsjail/control.sock';
  }

  spawn() {
    const { sources, args = [], wrapper = [], state = STATE, gcLog = '/dev/null' } = this.#options;
    const join = 'for group in $SOAK_GROUPS; do echo 0 >"$group/cgroup.procs" || exit; done; exec "$@"';
    // With a small young generation resident memory is less of garbage and more of what lives.
    const traced = gcLog === '/dev/null' ? [] : ['--trace-gc', '--max-semi-space-size=1'];
    const words = [
      process.execPath,
      ...traced,
      MAIN,
      'emperor',
      ...sources,
      '--control',
      this.control,
      ...args,
    ];
    const log = openSync(this.#world.log, 'a');
    const out = openSync(gcLog, 'a');
    this.#child = spawn('sh', ['-c', join, 'sh', ...wrapper, ...words], {
      // What vassals print is no part of the daemon's log: of some it is gigabytes.
      stdio: ['ignore', out, log],
      env: { PATH: process.env.PATH, STATE_DIRECTORY: state, SOAK_GROUPS: this.#world.groups.join(' ') },
    });
    for (const fd of [log, out]) closeSync(fd);
    this.exit = new Promise((resolve) => this.#child.on('exit', (code, signal) => resolve({ code, signal })));
  }

  /** Resolves when it answers. */
  async start() {
    this.spawn();
    const isUp = () => this.ended || this.vassals().then(Array.isArray, () => false);
    if (!(await poll(isUp, START_MS)) || this.ended)
      throw new Error(`the daemon did not start:\n${this.log}`);
  }

  kill(signal) {
    this.#child.kill(signal);
  }

  async stop() {
    this.kill('SIGTERM');
    return this.exit;
  }

  call(method, path) {
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.control, method, path, agent: false, timeout: ANSWER_MS };
      const call = request(options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        answer.on('error', reject);
        answer.on('end', () => {
          try {
            resolve(JSON.parse(text));
          } catch (error) {
            reject(error);
          }
        });
      });
      call.on('timeout', () => call.destroy(new Error(`no answer to ${path}`)));
      call.on('error', reject).end();
    });
  }

  vassals() {
    return this.call('GET', '/v1/vassals');
  }

  act(verb, name) {
    return this.call('POST', `/v1/vassals/${name}/${verb}`);
  }
}
