// What the uWSGI Emperor gets wrong, tried on both Emperors with the same files.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon } from './daemon.mjs';
import { sleep } from './numbers.mjs';
import { isRunning, pidBelow } from './processes.mjs';

/** uWSGI looks every three seconds; twice that and a bit is as good as never. */
const LOOK_MS = 8000;
const LOOP_MS = 6000;
const KILLED_MS = 3000;
const NEVER_MS = 35_000;

class Ours extends Daemon {
  flags = [];

  command(vassals) {
    return [...super.command(vassals), ...this.flags];
  }
}

class Uwsgi extends Ours {
  command(vassals) {
    return ['uwsgi', '--emperor', vassals, ...this.flags];
  }
}

const EMPERORS = { tsjail: Ours, uWSGI: Uwsgi };

const CASES = [
  ['a command’s file is touched', touched],
  ['a command’s file is removed', removed],
  ['an edit with an older mtime', olderMtime],
  ['two edits within a second', twoEdits],
  ['a loyal vassal that lives 0.2 s, in 6 s', loyalLoop],
  ['a vassal that says goodbye (byte 22), in 6 s', goodbye],
  ['the Emperor is killed, its vassal has changed its uid', emperorKilled],
  ['a vassal is removed that has a daemon of its own', grandchild],
  ['SIGTERM with a `vassals-stop-hook`, an instance of uWSGI', stopHook],
  ['one name in two directories', twoDirectories],
  ['a mount in a jail (`emperor-use-clone = fs`) where / is shared', mountLeak],
  ['`emperor-use-clone = user,fs,pid`', userNamespace],
];

/** Rows of `what`, and what each Emperor made of it. All at once, each by a daemon of its own: what is looked at is what happens, and
 *  most of the time nothing does. */
export function cases(directory, mark) {
  return Promise.all(
    CASES.map(async ([what, run], index) => {
      const each = Object.entries(EMPERORS).map(([name, Kind]) =>
        tried(() => new Kind(join(directory, `${index}${name}`), mark), run),
      );
      return [what, ...(await Promise.all(each))];
    }),
  );
}

async function tried(make, run) {
  const daemon = make();
  try {
    return await run(daemon);
  } catch (error) {
    return `failed: ${error.message.split('\n')[0]}`;
  } finally {
    await daemon.end();
  }
}

function plain(daemon, name, line = `${daemon.mark} ${daemon.markOf(name)} pause`, more = '') {
  return `[uwsgi]\nunprivileged-binary-patch-arg = ${line}\n${more}`;
}

function script(daemon, name, text) {
  const path = join(daemon.directory, `${name}.sh`);
  writeFileSync(path, `#!/bin/sh\n${daemon.mark} ${daemon.markOf(name)}\n${text}\n`, { mode: 0o755 });
  return path;
}

async function up(daemon, text = plain(daemon, 'a')) {
  daemon.put('a', text);
  daemon.start();
  await daemon.marked('a', 1);
  // Past its own second: what comes is to be seen by those too who count in seconds.
  await sleep(1500);
}

/** How long until mark `count` of `a`, in words. */
async function afterwards(daemon, count) {
  const begun = process.hrtime.bigint();
  const marks = await within(LOOK_MS, () => daemon.marks('a').length >= count && daemon.marks('a'));
  if (!marks) return `nothing within ${LOOK_MS / 1000} s`;
  return `new one after ${ms(Number(marks.at(-1) - begun) / 1e6)}`;
}

async function within(limitMs, look) {
  const end = Date.now() + limitMs;
  while (Date.now() < end) {
    const value = await look();
    if (value) return value;
    await sleep(5);
  }
  return undefined;
}

async function touched(daemon) {
  await up(daemon);
  daemon.put('a', plain(daemon, 'a'));
  return afterwards(daemon, 2);
}

async function removed(daemon) {
  await up(daemon);
  const pid = pidBelow(daemon.pid, daemon.line('a'));
  const begun = Date.now();
  daemon.remove('a');
  const gone = await within(NEVER_MS, () => !isRunning(pid));
  return gone ? `gone after ${ms(Date.now() - begun)}` : `there after ${NEVER_MS / 1000} s`;
}

async function olderMtime(daemon) {
  await up(daemon);
  const beside = join(daemon.directory, 'older');
  writeFileSync(beside, `${plain(daemon, 'a')}# an edit\n`);
  utimesSync(beside, 1_000_000_000, 1_000_000_000);
  renameSync(beside, join(daemon.vassals, 'a.ini'));
  return afterwards(daemon, 2);
}

/** The first edit is seen by both, if at all: the second one is what is looked for. uWSGI’s own instance marks when it reads. */
async function twoEdits(daemon) {
  const socket = `${daemon.markOf('a')}.sock`;
  const text = (n) =>
    `[uwsgi]\nmaster = true\nsocket = ${socket}\nhook-asap = exec:${daemon.mark} ${daemon.markOf('a')}${n}\n`;
  daemon.put('a', text(0));
  daemon.start();
  await daemon.marked('a0', 1);
  await sleep(1500);
  await within(2000, () => Date.now() % 1000 < 50);
  daemon.put('a', text(1));
  const first = statSync(join(daemon.vassals, 'a.ini')).mtimeMs;
  // When the first one was taken up, or at the end of its second.
  await within(900 - (Date.now() % 1000), () => daemon.marks('a1').length > 0);
  daemon.put('a', text(2));
  utimesSync(join(daemon.vassals, 'a.ini'), first / 1000, first / 1000);
  const seen = await within(LOOK_MS, () => daemon.marks('a2').length > 0);
  return seen ? 'both seen' : 'the second one is never seen';
}

async function loyalLoop(daemon) {
  const path = script(daemon, 'a', `printf '\\021' >&"$UWSGI_EMPEROR_FD"; sleep 0.2`);
  daemon.put('a', plain(daemon, 'a', path, '[vassal]\nemperor-pipe = true\n'));
  daemon.start();
  await daemon.marked('a', 1);
  await sleep(LOOP_MS);
  return `${daemon.marks('a').length} starts`;
}

async function goodbye(daemon) {
  const path = script(daemon, 'a', `printf '\\026' >&"$UWSGI_EMPEROR_FD"; exit 0`);
  daemon.put('a', plain(daemon, 'a', path, '[vassal]\nemperor-pipe = true\n'));
  daemon.start();
  await daemon.marked('a', 1);
  await sleep(LOOP_MS);
  return `${daemon.marks('a').length} starts`;
}

async function emperorKilled(daemon) {
  spawnSync('chmod', ['777', join(daemon.directory, 'marks')]);
  const line = `/usr/bin/setpriv --reuid=65534 --regid=65534 --clear-groups ${daemon.mark} ${daemon.markOf('a')} pause`;
  await up(daemon, plain(daemon, 'a', line));
  const pid = pidBelow(daemon.pid, daemon.line('a'));
  await daemon.stop('SIGKILL');
  const gone = await within(KILLED_MS, () => !isRunning(pid));
  if (!gone) process.kill(pid, 'SIGKILL');
  return gone ? 'gone' : `there after ${KILLED_MS / 1000} s`;
}

function started(daemon, line) {
  return daemon.until(line, () => pidBelow(daemon.pid, line));
}

async function grandchild(daemon) {
  const [lost, command] = ['lost', 'command'].map((name) => daemon.line(name));
  const path = script(daemon, 'a', `setsid ${lost} &\nexec ${command}`);
  daemon.put('a', plain(daemon, 'a', path));
  daemon.start();
  const [kept, own] = [await started(daemon, lost), await started(daemon, command)];
  await sleep(1500);
  daemon.remove('a');
  await within(NEVER_MS, () => !isRunning(own));
  return (await within(KILLED_MS, () => !isRunning(kept))) ? 'gone with it' : 'lives on';
}

async function stopHook(daemon) {
  const socket = `${daemon.markOf('a')}.sock`;
  daemon.flags = ['--vassals-stop-hook', '/bin/true'];
  await up(
    daemon,
    `[uwsgi]\nmaster = true\nsocket = ${socket}\nhook-asap = exec:${daemon.mark} ${daemon.markOf('a')}\n`,
  );
  const begun = Date.now();
  await daemon.stop();
  return `down after ${ms(Date.now() - begun)}`;
}

async function twoDirectories(daemon) {
  const other = join(daemon.directory, 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'a.ini'), plain(daemon, 'b'));
  daemon.flags = daemon instanceof Uwsgi ? ['--emperor', other] : [other];
  await up(daemon);
  await sleep(LOOK_MS / 2);
  const count = daemon.marks('a').length + daemon.marks('b').length;
  return `${count} of 2 run; ${/refused|already/.test(daemon.log) ? 'said so' : 'no word of it'}`;
}

async function mountLeak(daemon) {
  const point = join(daemon.directory, 'point');
  mkdirSync(point);
  daemon.wrapper = [
    'unshare',
    '-m',
    '--propagation',
    'shared',
    'sh',
    '-c',
    'mount --make-rshared / && exec "$@"',
    'sh',
  ];
  daemon.flags = ['--emperor-use-clone=fs', `--hook-as-vassal=mount:tmpfs none ${point}`];
  await up(daemon);
  const leaked = readFileSync(`/proc/${daemon.pid}/mountinfo`, 'utf8').includes(point);
  return leaked ? 'seen outside' : 'stays inside';
}

async function userNamespace(daemon) {
  spawnSync('chmod', ['777', join(daemon.directory, 'marks')]);
  daemon.flags = ['--emperor-use-clone=user,fs,pid'];
  daemon.put('a', plain(daemon, 'a'));
  daemon.start();
  const runs = await within(LOOK_MS, () => daemon.marks('a').length > 0);
  return runs ? 'runs' : 'never runs';
}

function ms(value) {
  return value < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`;
}
