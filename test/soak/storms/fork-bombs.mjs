// Vassals that fork for ever, held by pids-max (v2) or pids.max of a v1 group: the others stay up, the daemon answers, a
// bomb can be restarted, and it goes whole.
import { controllers } from '../harness/limits.mjs';
import { forSeconds, msOf, poll } from '../harness/time.mjs';

const BOMB = "perl -e 'fork while 1'";
const OTHERS = 8;
const GONE_OFF_MS = 120_000;

export async function run(storm) {
  const { size, random, vassals } = storm;
  for (let n = 0; n < OTHERS; n++) vassals.put(`v${n}`, n % 2 === 0 ? 'full' : 'bare');
  await storm.begin();
  const names = Array.from({ length: size.bombs }, (_, n) => `bomb${n}`);
  for (const [n, name] of names.entries())
    vassals.put(name, n % 2 === 0 ? 'pid' : 'bare', {
      command: BOMB,
      lines: ['prio = 19', ...controllers(storm.world).pids(name, size.pids)],
    });
  let most = 0;
  const restarts = [];
  const look = async () => {
    const views = (await storm.ask()) ?? [];
    most = Math.max(most, ...views.map((view) => view.pids ?? 0));
    return most >= size.pids / 2;
  };
  await poll(look, GONE_OFF_MS);
  await forSeconds(size.seconds, 2, async () => {
    await look();
    restarts.push(await msOf(() => storm.daemon.act('restart', random.of(names))));
  });
  storm.figures = {
    ...storm.figures,
    bombs: size.bombs,
    'pids-max': size.pids,
    'most processes of one': most,
    restarts: restarts.length,
    'slowest restart, ms': Math.round(Math.max(...restarts)),
  };
  if (most > size.pids) storm.fault(`${most} processes in a group of ${size.pids}`);
  if (most < size.pids / 2) storm.fault(`the bombs did not go off: ${most} processes at most`);
  for (const name of names) vassals.remove(name);
  await storm.end();
}
