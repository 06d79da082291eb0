// tsjail beside other supervisors, each with the same commands in the form that it takes them: start of many, an end that is
// followed by a new start, stop of many, memory. They take turns, in a new order each round.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Daemon } from './daemon.mjs';
import { Uwsgi } from './emperors.mjs';
import { versionOf } from './install.mjs';
import { shuffled, sleep } from './numbers.mjs';
import { below, family, isRunning, pidBelow, proportionalKiB } from './processes.mjs';

const MANY = 100;
const ROUNDS = 2;
const KILLS = 10;
/** Those who take their time are met as often as it fits in. */
const KILLS_LIMIT_MS = 35_000;
/** s6, supervisord and pm2 call a program stable that has lived for a second. */
const STABLE_MS = 1300;
/** Of those who look once a second. */
const PHASE_MS = 1000;
/** Who needs longer once is not asked again. */
export const STOP_LIMIT_MS = 15_000;

export class Tsjail extends Daemon {
  serve(name) {
    this.put(name, `[vassal]\ncommand = ${this.line(name)}\nstable-after = 0\n`);
  }
}

class TsjailJails extends Daemon {
  serve(name) {
    this.put(name);
  }
}

class UwsgiPlain extends Uwsgi {
  stopSignal = 'SIGTERM';

  serve(name) {
    this.put(name, `[uwsgi]\nunprivileged-binary-patch-arg = ${this.line(name)}\n`);
  }
}

/** A directory for each service, with a program `run`. */
class ServiceDirectories extends Daemon {
  serve(name) {
    const directory = join(this.vassals, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'run'), `#!/bin/sh\nexec ${this.line(name)}\n`);
    chmodSync(join(directory, 'run'), 0o755);
  }
}

class S6 extends ServiceDirectories {
  command(vassals) {
    return ['s6-svscan', vassals];
  }
}

class Runit extends ServiceDirectories {
  command(vassals) {
    return ['runsvdir', vassals];
  }

  /** TERM would leave the services running (runsvdir(8)). */
  stopSignal = 'SIGHUP';
}

/** A thousand programs take three descriptors each. */
const SUPERVISORD = (directory) => `[supervisord]
logfile = ${directory}/supervisord.log
pidfile = ${directory}/supervisord.pid
minfds = 8192
[unix_http_server]
file = ${directory}/supervisor.sock
[supervisorctl]
serverurl = unix://${directory}/supervisor.sock
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
`;

export class Supervisord extends Daemon {
  #text = SUPERVISORD(this.directory);

  serve(name) {
    this.#text += `[program:${name}]\ncommand = ${this.line(name)}\nautorestart = true\nstdout_logfile = NONE\nstderr_logfile = NONE\n`;
    writeFileSync(this.#config, this.#text);
  }

  command() {
    return ['supervisord', '-n', '-c', this.#config];
  }

  /** What tells how its programs are. */
  get status() {
    return ['supervisorctl', '-c', this.#config, 'status'];
  }

  get #config() {
    return join(this.directory, 'supervisord.conf');
  }
}

export class Pm2 extends Daemon {
  #apps = [];

  serve(name) {
    const args = [this.markOf(name), 'pause'];
    this.#apps.push({ name, script: this.mark, args, interpreter: 'none', autorestart: true });
    writeFileSync(join(this.directory, 'apps.json'), JSON.stringify({ apps: this.#apps }));
  }

  command() {
    return [...this.#home, process.env.TSJAIL_BENCH_PM2, 'start', join(this.directory, 'apps.json')];
  }

  get status() {
    return [...this.#home, join(dirname(process.env.TSJAIL_BENCH_PM2), 'pm2'), 'ls'];
  }

  get #home() {
    return ['env', `PM2_HOME=${this.directory}/pm2`];
  }
}

/** The name, what it keeps apart, and how it is driven. */
const SUPERVISORS = [
  ['tsjail', 'no jail', Tsjail, undefined],
  ['tsjail, full jails', 'fs, net, ipc, uts, pid', TsjailJails, undefined],
  ['runit', 'a supervisor for each', Runit, 'runit'],
  ['s6', 'a supervisor for each', S6, 's6'],
  ['supervisord', '', Supervisord, 'supervisor'],
  ['pm2', '', Pm2, 'pm2'],
  ['uWSGI Emperor', 'foreign commands', UwsgiPlain, 'uwsgi-core'],
];

/** Of each: `{ name, note, boot, respawn, stop, kib }` (ms and KiB, medians and extremes), or `{ name, note, error }`. */
export async function supervisors(directory, mark) {
  const all = SUPERVISORS.map(([name, note, Kind, source], index) => ({
    ...named(name, source),
    note,
    make: (what) => new Kind(join(directory, `${what}${index}`), mark),
    boot: [],
    stop: [],
    kib: [],
    respawn: [],
  }));
  for (let round = 0; round < ROUNDS; round++)
    for (const each of shuffled(all)) await attempt(each, () => many(each));
  await respawns(all);
  return all;
}

function named(name, source) {
  if (source === undefined) return { name };
  const version = versionOf(source);
  return version ? { name: `${name} ${version}` } : { name, error: 'not installed' };
}

/** One that fails once is not tried again. */
async function attempt(each, work) {
  if (each.error) return;
  try {
    await work();
  } catch (error) {
    each.error = error.message.split('\n')[0];
  }
}

async function many({ make, boot, stop, kib }) {
  const daemon = make('many');
  const names = Array.from({ length: MANY }, (_, n) => `v${n}`);
  for (const name of names) daemon.serve(name);
  const begun = process.hrtime.bigint();
  daemon.start();
  try {
    await daemon.allMarked(MANY);
    boot.push(Math.max(...names.map((name) => Number(daemon.marks(name)[0] - begun) / 1e6)));
    await sleep(STABLE_MS);
    const commands = new Set(commandsOf(daemon));
    const own = family(daemon.pid).filter((pid) => !commands.has(pid));
    kib.push(own.reduce((sum, pid) => sum + proportionalKiB(pid), 0));
    stop.push(stop.includes(Infinity) ? Infinity : await stopped(daemon, commands));
  } finally {
    await daemon.end();
  }
}

/** Until the last command is gone: some leave before those whom they serve. Infinity: it took longer than anybody waits. */
async function stopped(daemon, commands) {
  const begun = process.hrtime.bigint();
  const deadline = sleep(STOP_LIMIT_MS).then(() => 'late');
  if ((await Promise.race([daemon.stop(), deadline])) === 'late') return Infinity;
  while ([...commands].some(isRunning)) {
    if (Number(process.hrtime.bigint() - begun) / 1e6 > STOP_LIMIT_MS) return Infinity;
    await sleep(5);
  }
  return Number(process.hrtime.bigint() - begun) / 1e6;
}

/** All of them are up, with one command each, and each is met at moments of its own: while one starts its command anew, the others
 *  have nothing to do most of the time. */
async function respawns(all) {
  const daemons = all.map(({ make }) => make('one'));
  const end = Date.now() + KILLS_LIMIT_MS;
  try {
    await Promise.all(
      all.map((each, index) => attempt(each, () => respawn(daemons[index], each.respawn, end))),
    );
  } finally {
    for (const daemon of daemons) await daemon.end();
  }
}

async function respawn(daemon, results, end) {
  daemon.serve('killed');
  daemon.start();
  for (let kills = 1; kills <= KILLS && Date.now() < end; kills++) {
    await daemon.marked('killed', kills);
    await sleep(STABLE_MS + Math.random() * PHASE_MS);
    const pid = await daemon.until('the command', () => pidBelow(daemon.pid, daemon.line('killed')));
    const begun = process.hrtime.bigint();
    process.kill(pid, 'SIGKILL');
    await daemon.marked('killed', kills + 1);
    results.push(Number(daemon.marks('killed').at(-1) - begun) / 1e6);
  }
}

function commandsOf(daemon) {
  return below(daemon.pid, (line) => line.startsWith(`${daemon.mark} ${daemon.directory}/marks/`));
}
