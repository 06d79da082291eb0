// Vassals that take memory until there is none for them: held by an address space of their own, and by a control group,
// which kills. The reasons of their ends are told, and the others stay up.
import { controllers } from '../harness/limits.mjs';
import { forSeconds, poll } from '../harness/time.mjs';

const HOG = `perl -e '$x .= "x" x 1048576 for 1..200; sleep 100000'`;
const LIMIT = 64 * 1024 * 1024;
const OTHERS = 8;
const ALL_ENDED_MS = 120_000;

export async function run(storm) {
  const { size, vassals } = storm;
  for (let n = 0; n < OTHERS; n++) vassals.put(`v${n}`, n % 2 === 0 ? 'full' : 'bare');
  await storm.begin();
  const names = Array.from({ length: size.hogs }, (_, n) => `hog${n}`);
  for (const [n, name] of names.entries()) {
    const limit = n % 2 === 0 ? ['limit-as = 64'] : controllers(storm.world).memory(name, LIMIT);
    vassals.put(name, n % 4 < 2 ? 'bare' : 'pid', {
      command: HOG,
      lines: [...limit, 'max-restart-delay = 300ms'],
    });
  }
  const reasons = {};
  let restarts = 0;
  const look = async () => {
    const hogs = ((await storm.ask()) ?? []).filter((view) => names.includes(view.name));
    for (const { name, lastExit } of hogs) if (lastExit) reasons[name] = lastExit.reason;
    restarts = hogs.reduce((sum, view) => sum + view.restarts, 0);
    return Object.keys(reasons).length === names.length;
  };
  await forSeconds(size.seconds, 2, look);
  await poll(look, ALL_ENDED_MS);
  storm.figures = { ...storm.figures, hogs: size.hogs, restarts };
  for (const [n, name] of names.entries()) {
    const wanted = n % 2 === 0 ? ['exit-code', 'signal', 'core-dump'] : ['oom-kill'];
    if (!wanted.includes(reasons[name])) storm.fault(`${name} ended with ${reasons[name]}, not ${wanted[0]}`);
  }
  for (const name of names) vassals.remove(name);
  await storm.end();
}
