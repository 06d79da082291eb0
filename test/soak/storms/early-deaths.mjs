// The daemon is killed by SIGKILL at random moments of its start and of that of its vassals: nobody is left within a
// second, and nothing at all after `tsjail cleanup`.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { others } from '../harness/census.mjs';
import { Daemon } from '../harness/daemon.mjs';
import { seconds } from '../harness/storm.mjs';
import { msOf, poll, sleep } from '../harness/time.mjs';

/** Double-forked, in a session of its own, of another uid, deaf to signals. */
const ESCAPE = `(trap '' TERM HUP INT; setsid setpriv --reuid 54321 --regid 54321 --clear-groups sleep 100000 &)
(trap '' TERM; sleep 100000) &
exec sleep 100000
`;
const SCRIPT = '/tmp/escape.sh';
const KINDS = ['bare', 'pid', 'full'];
const OF_EACH = 4;
const PROMISED_MS = 1000;
/** On a machine that is busy with other things. Who breaks the promise is counted. */
const GIVEN_UP_MS = 10_000;

export async function run(storm) {
  const { size, random, vassals } = storm;
  writeFileSync(SCRIPT, ESCAPE);
  for (const kind of KINDS)
    for (let n = 0; n < OF_EACH; n++)
      vassals.put(`${kind}${n}`, kind, n % 2 === 0 ? { command: `sh ${SCRIPT}` } : {});
  const startMs = await aWholeStart(storm);
  const goneMs = [];
  for (let n = 0; n < size.deaths; n++) {
    const daemon = new Daemon(storm.world, { sources: [vassals.directory] });
    daemon.spawn();
    await sleep(random.next() * startMs * 1.3);
    daemon.kill('SIGKILL');
    await daemon.exit;
    goneMs.push(await msOf(() => poll(() => others().length === 0, GIVEN_UP_MS, 10)));
    if (others().length > 0) {
      storm.fault(`death ${n}: ${others().length} processes were left`);
      break;
    }
  }
  storm.figures = {
    ...storm.figures,
    deaths: goneMs.length,
    'a whole start, ms': Math.round(startMs),
    'last one gone after, ms': Math.round(Math.max(...goneMs)),
    'gone later than promised': goneMs.filter((ms) => ms > PROMISED_MS).length,
  };
  cleanUp(storm);
  await storm.begin();
  await storm.end();
}

async function aWholeStart(storm) {
  const daemon = new Daemon(storm.world, { sources: [storm.vassals.directory] });
  storm.daemon = daemon;
  const ms = await msOf(async () => {
    await daemon.start();
    await storm.right('the first start');
  });
  await daemon.stop();
  storm.figures['until down, s'] = seconds(0);
  return ms;
}

function cleanUp(storm) {
  const { log } = storm.world;
  const words = ['dist/main.js', 'cleanup', '--control', storm.daemon.control];
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  writeFileSync(log, stderr, { flag: 'a' });
  if (status !== 0) storm.fault(`cleanup ended with ${status}: ${stderr}`);
}
