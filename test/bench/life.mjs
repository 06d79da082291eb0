// What an administrator waits for: from a file renamed into place, an edit, or an end, to the command's first instruction.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon } from './daemon.mjs';
import { shuffled, sleep } from './numbers.mjs';

/** Long enough for the machine to fall idle: a vassal is edited or dies now and then, not in a loop. */
const PAUSE_MS = 60;
const SELDOM_MS = 250;

/** They are there in all that the daemon knows, and have no process. */
const OTHER = '[vassal]\ncommand = true\ncron = @yearly\n';

/** µs from a file renamed into place to the command exec'd, `times` times: `{ first, alone, crowded }`, the first of a daemon that has
 *  started none yet, then alone, and beside `others` more files in the directory. These take turns. */
export async function fromFile(directory, mark, times, others) {
  const daemons = {
    alone: new Daemon(join(directory, 'alone'), mark),
    crowded: new Daemon(join(directory, 'crowded'), mark),
  };
  for (let n = 0; n < others; n++) writeFileSync(join(daemons.crowded.vassals, `other${n}.ini`), OTHER);
  const results = { alone: [], crowded: [] };
  try {
    for (const daemon of Object.values(daemons)) daemon.start();
    await daemons.alone.answers();
    await daemons.crowded.answers();
    while ((await daemons.crowded.count()) < others) await sleep(SELDOM_MS);
    const first = await added(daemons.alone, 'first');
    await added(daemons.crowded, 'first');
    for (let n = 0; n < times; n++) {
      for (const [name, daemon] of shuffled(Object.entries(daemons))) {
        await sleep(PAUSE_MS);
        results[name].push(await added(daemon, `v${n}`));
      }
    }
    for (const daemon of Object.values(daemons)) await daemon.stop();
    return { first, ...results };
  } finally {
    for (const daemon of Object.values(daemons)) await daemon.end();
  }
}

async function added(daemon, name) {
  const begun = daemon.put(name);
  await daemon.marked(name, 1);
  daemon.remove(name);
  await daemon.until(`${name} gone`, async () => !(await daemon.knows(name)));
  return Number(daemon.marks(name)[0] - begun) / 1000;
}

/** µs to the next command exec'd, `times` each, in turn: `{ killed, edited }`, from kill -9 of a stable vassal's command, and from an
 *  edited file renamed over the old one, the end of the old jail included. */
export async function again(directory, mark, times) {
  const daemon = new Daemon(directory, mark);
  const results = { killed: [], edited: [] };
  let count = 0;
  const next = async (begun) => {
    await daemon.marked('again', ++count);
    return Number(daemon.marks('again').at(-1) - begun) / 1000;
  };
  try {
    daemon.start();
    await daemon.answers();
    await next(daemon.put('again'));
    for (let n = 0; n < times; n++) {
      await sleep(PAUSE_MS);
      const [{ pid }] = await daemon.ls();
      await sleep(PAUSE_MS);
      const begun = process.hrtime.bigint();
      process.kill(pid, 'SIGKILL');
      results.killed.push(await next(begun));
      await sleep(PAUSE_MS);
      results.edited.push(await next(daemon.put('again', `${daemon.text('again')}env = EDIT=${n}\n`)));
    }
    await daemon.stop();
  } finally {
    await daemon.end();
  }
  return results;
}
