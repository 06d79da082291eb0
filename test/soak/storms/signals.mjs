// HUP, USR2 (the daemon replaces itself), USR1, URG and WINCH at once, amid edits. Who is not edited keeps his process.
import { forSeconds } from '../harness/time.mjs';

const WEIGHTS = { SIGHUP: 3, SIGUSR2: 1, SIGUSR1: 1, SIGURG: 1, SIGWINCH: 1, edit: 8 };
const CALM = 5;

export async function run(storm) {
  const { size, random, vassals } = storm;
  for (let n = 0; n < size.vassals; n++) vassals.put(`v${n}`, n % 2 === 0 ? 'pid' : 'bare');
  for (let n = 0; n < CALM; n++) vassals.put(`calm${n}`, n % 2 === 0 ? 'full' : 'bare');
  await storm.begin();
  const before = await calmOnes(storm);
  const sent = {};
  await forSeconds(size.seconds, size.perSecond, () => {
    const what = random.weighted(WEIGHTS);
    sent[what] = (sent[what] ?? 0) + 1;
    if (what === 'edit') vassals.put(`v${random.below(size.vassals)}`);
    else storm.daemon.kill(what);
  });
  storm.figures = { ...storm.figures, ...sent };
  await storm.right('the signals');
  const after = await calmOnes(storm);
  if (after !== before) storm.fault(`who was not edited did not keep his process: ${before} became ${after}`);
  await storm.end();
}

async function calmOnes(storm) {
  const views = await storm.daemon.vassals();
  const calm = views.filter((view) => view.name.startsWith('calm'));
  return calm.map((view) => `${view.name} ${view.pid} ${view.generation}`).join(', ');
}
