// Vassals, their inits and whatever else is there but the daemon are killed at random.
import { others } from '../harness/census.mjs';
import { forSeconds } from '../harness/time.mjs';

const KINDS = ['bare', 'pid', 'pid', 'full'];
/** The list of processes is read anew so often; who is dead by then is killed in vain. */
const LIST_AGE_MS = 250;
const ASK_S = 2;

export async function run(storm) {
  const { size, random, vassals } = storm;
  for (let n = 0; n < size.vassals; n++) vassals.put(`v${n}`, KINDS[n % KINDS.length]);
  await storm.begin();
  let victims = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let asked = Promise.resolve();
  let killed = 0;
  await forSeconds(size.seconds, size.perSecond, (n) => {
    // The killing goes on while the daemon answers.
    if (n % (size.perSecond * ASK_S) === 0) asked = asked.then(() => storm.ask());
    if (performance.now() - readAt > LIST_AGE_MS) {
      victims = others().filter((pid) => pid !== storm.daemon.pid);
      readAt = performance.now();
    }
    killed += kill(random.of(victims)) ? 1 : 0;
  });
  await asked;
  storm.figures = { ...storm.figures, vassals: size.vassals, killed };
  await storm.end();
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
