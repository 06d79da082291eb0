// Files of vassals are edited, spoilt, touched, renamed, removed and made anew, carefully and carelessly.
import { sleep } from '../harness/time.mjs';

const KINDS = ['bare', 'pid', 'bare', 'full'];
const WEIGHTS = { put: 40, overwrite: 15, spoil: 10, touch: 10, chmod: 5, remove: 8, make: 8, rename: 4 };
const MODES = [0o644, 0o600, 0o444];

export async function run(storm) {
  const { size, random, vassals } = storm;
  const names = Array.from({ length: size.vassals }, (_, n) => `v${n}`);
  for (const [n, name] of names.entries()) vassals.put(name, KINDS[n % KINDS.length]);
  await storm.begin();
  const begun = performance.now();
  for (let n = 0; n < size.edits; n++) {
    edit(vassals, random, n, size.vassals);
    if (n % size.perSecond === 0) await storm.ask();
    await sleep(Math.max(0, begun + ((n + 1) * 1000) / size.perSecond - performance.now()));
  }
  storm.figures = { ...storm.figures, vassals: size.vassals, edits: size.edits };
  await storm.right('the edits');
  for (const name of vassals.names.filter((name) => !names.includes(name))) vassals.remove(name);
  for (const [n, name] of names.entries()) vassals.put(name, KINDS[n % KINDS.length]);
  await storm.end();
}

function edit(vassals, random, n, most) {
  const name = random.of(vassals.names);
  const isValid = vassals.wanted.get(name).isValid;
  switch (random.weighted(WEIGHTS)) {
    case 'put':
      return vassals.put(name);
    case 'overwrite':
      return vassals.overwrite(name);
    case 'spoil':
      return vassals.spoil(name);
    case 'touch':
      return vassals.touch(name);
    case 'chmod':
      return vassals.chmod(name, random.of(MODES));
    case 'remove':
      return vassals.names.length > most / 2 ? vassals.remove(name) : undefined;
    case 'make':
      return vassals.put(`made${n}`, random.of(KINDS));
    case 'rename':
      return isValid ? vassals.rename(name, `renamed${n}`) : undefined;
  }
}
