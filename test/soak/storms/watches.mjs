// There is no inotify watch left for what the daemon is to watch: it looks itself every few seconds, and says so; with
// watches it hears again. In a user namespace of its own, which is what the kernel counts by.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seconds } from '../harness/storm.mjs';

const SETTING = '/proc/sys/user/max_inotify_watches';
const PLENTY = 10_000;
const USER_NAMESPACE = ['unshare', '--user', '--map-root-user'];
/** As many again do not include anything: where most files go at once, the daemon waits before it believes it. */
const INCLUDED = '/tmp/included';

export async function run(storm) {
  const { size, random, vassals } = storm;
  for (let n = 0; n < size.vassals + 1; n++) vassals.put(`v${n}`);
  await storm.begin({ wrapper: USER_NAMESPACE });
  const deaf = [];
  const hearing = [];
  const names = Array.from({ length: size.vassals }, (_, n) => `including${n}`);
  for (let round = 0; round < size.rounds; round++) {
    limit(storm.daemon.pid, 0);
    // Each in a directory of its own, of which the daemon wants to hear.
    for (const name of names) including(vassals, name);
    await storm.right(`round ${round}, files that include`);
    for (let n = 0; n < names.length / 2; n++) edit(vassals, random.of(names));
    deaf.push(await storm.right(`round ${round}, deaf`));
    limit(storm.daemon.pid, PLENTY);
    for (let n = 0; n < names.length / 2; n++) edit(vassals, random.of(names));
    hearing.push(await storm.right(`round ${round}, hearing`));
    for (const name of names) vassals.remove(name);
    await storm.right(`round ${round}, removed`);
  }
  rmSync(INCLUDED, { recursive: true });
  storm.figures = {
    ...storm.figures,
    'deaf: until right, s': seconds(Math.max(...deaf)),
    'hearing again: until right, s': seconds(Math.max(...hearing)),
  };
  if (!/ENOSPC/.test(storm.daemon.log)) storm.fault('the daemon never said that it is out of watches');
  await storm.end();
}

const partOf = (name) => join(INCLUDED, name, 'part.ini');

function including(vassals, name) {
  mkdirSync(join(INCLUDED, name), { recursive: true });
  writeFileSync(partOf(name), '[vassal]\numask = 022\n');
  vassals.put(name, 'bare', { lines: [`include = ${partOf(name)}`] });
}

/** The tag is in what is included: the file itself stays as it is. */
function edit(vassals, name) {
  const tag = vassals.newTag();
  writeFileSync(partOf(name), `[vassal]\nenv = SOAK=${tag}\n`);
  vassals.wanted.set(name, { ...vassals.wanted.get(name), tag });
}

function limit(pid, watches) {
  const words = [
    '--user',
    '--preserve-credentials',
    '--target',
    String(pid),
    'sh',
    '-c',
    `echo ${watches} >${SETTING}`,
  ];
  const { status, stderr } = spawnSync('nsenter', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`nsenter: ${stderr}`);
}
