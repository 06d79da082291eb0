// tsjail beside other supervisors, each with the same commands in the form that it takes them: start of many, an end that is
// followed by a new start, stop of many, memory. In turn, never two at once.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Daemon } from './daemon.mjs';
import { Uwsgi } from './emperors.mjs';
import { versionOf } from './install.mjs';
import { median, quantile, sleep } from './numbers.mjs';
import { family, pidOf, pidsOf, proportionalKiB } from './processes.mjs';

const MANY = 100;
const KILLS = 10;
/** s6, supervisord and pm2 call a program stable that has lived for a second. */
const STABLE_MS = 1300;
const DEADLINE_MS = 60_000;

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

/** Of each: `{ name, note, bootMs, respawnMs, stopMs, kib }`, or `{ name, note, error }`. */
export async function supervisors(directory, mark) {
  const results = [];
  for (const [name, note, Kind, source] of SUPERVISORS) {
    const version = source && versionOf(source);
    const named = version ? `${name} ${version}` : name;
    if (source && !version) results.push({ name, note, error: 'not installed' });
    else results.push({ name: named, note, ...(await measured(Kind, join(directory, Kind.name), mark)) });
  }
  return results;
}

async function measured(Kind, directory, mark) {
  try {
    return {
      ...(await many(new Kind(directory, mark))),
      respawnMs: await respawn(new Kind(directory, mark)),
    };
  } catch (error) {
    return { error: error.message.split('\n')[0] };
  }
}

async function many(daemon) {
  const names = Array.from({ length: MANY }, (_, n) => `v${n}`);
  for (const name of names) daemon.serve(name);
  const begun = process.hrtime.bigint();
  daemon.start();
  try {
    await daemon.allMarked(MANY);
    const bootMs = Math.max(...names.map((name) => Number(daemon.marks(name)[0] - begun) / 1e6));
    await sleep(STABLE_MS);
    const commands = new Set(pidsOf(commandsOf(daemon)));
    const own = family(daemon.pid).filter((pid) => !commands.has(pid));
    const kib = own.reduce((sum, pid) => sum + proportionalKiB(pid), 0);
    return { bootMs, kib, stopMs: await stopped(daemon) };
  } finally {
    await end(daemon);
  }
}

/** Until the last command is gone: some leave before those whom they serve. */
async function stopped(daemon) {
  const begun = process.hrtime.bigint();
  await daemon.stop();
  const deadline = Date.now() + DEADLINE_MS;
  while (pidsOf(commandsOf(daemon)).length > 0 && Date.now() < deadline) await sleep(5);
  return Number(process.hrtime.bigint() - begun) / 1e6;
}

async function respawn(daemon) {
  daemon.serve('killed');
  daemon.start();
  const results = [];
  try {
    for (let n = 0; n < KILLS; n++) {
      await daemon.marked('killed', n + 1);
      await sleep(STABLE_MS + Math.random() * 1000);
      const pid = await daemon.until('the command', () => pidOf(`^${daemon.line('killed')}`));
      const begun = process.hrtime.bigint();
      process.kill(pid, 'SIGKILL');
      await daemon.marked('killed', n + 2);
      results.push(Number(daemon.marks('killed').at(-1) - begun) / 1e6);
    }
    return { median: median(results), least: quantile(results, 0), most: quantile(results, 1) };
  } finally {
    await end(daemon);
  }
}

/** Whatever is left of it, by pid. */
export async function end(daemon) {
  const left = [...family(daemon.pid), ...pidsOf(commandsOf(daemon))];
  for (const pid of left) kill(pid);
  await daemon.stop();
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function commandsOf(daemon) {
  return `^${daemon.mark} ${daemon.directory}/marks/`;
}
