// A directory of vassals is swapped for another one, by three renames, amid which there is none; and one behind a symbolic
// link, which is re-pointed. Both hold the same names with other texts, and one name that the other has not.
import { renameSync, symlinkSync } from 'node:fs';
import { sleep } from '../harness/time.mjs';
import { Vassals } from '../harness/vassals.mjs';

const LINK = '/tmp/link';
const AWAY = '/tmp/away';
const ASK_EVERY = 10;

export async function run(storm) {
  const { size, random } = storm;
  const plain = pairOf('d', storm.vassals.directory, size.vassals);
  const linked = pairOf('l', '/tmp/linked', size.vassals);
  symlinkSync(linked.now.directory, LINK);
  storm.vassals = new Both(plain, linked);
  await storm.begin({ sources: [plain.now.directory, LINK] });
  let swaps = { plain: 0, linked: 0 };
  for (let n = 0; n < size.swaps; n++) {
    const isPlain = random.below(2) === 0;
    if (isPlain) swapDirectories(plain);
    else point(linked);
    swaps = isPlain ? { ...swaps, plain: swaps.plain + 1 } : { ...swaps, linked: swaps.linked + 1 };
    await sleep(random.below(size.mostMs));
    if (n % ASK_EVERY === 0) await storm.ask();
  }
  storm.figures = { ...storm.figures, 'directories swapped': swaps.plain, 'links re-pointed': swaps.linked };
  await storm.right('the swaps');
  if (swaps.plain % 2 === 1) swapDirectories(plain);
  if (swaps.linked % 2 === 1) point(linked);
  await storm.end();
}

/** Two directories with `count` names in common and one more each. */
function pairOf(prefix, directory, count) {
  const [now, other] = [directory, `${directory}-other`].map((path) => new Vassals(path, '/tmp/beside'));
  for (const each of [now, other])
    for (let n = 0; n < count; n++) each.put(`${prefix}${n}`, n % 4 === 0 ? 'pid' : 'bare');
  now.put(`${prefix}-first`);
  other.put(`${prefix}-second`);
  return { now, other };
}

function swapDirectories({ now, other }) {
  renameSync(now.directory, AWAY);
  renameSync(other.directory, now.directory);
  renameSync(AWAY, other.directory);
  [now.wanted, other.wanted] = [other.wanted, now.wanted];
}

/** A new link is renamed over the old one, as `ln -sfn` does not but deployment tools do. */
function point(pair) {
  [pair.now, pair.other] = [pair.other, pair.now];
  symlinkSync(pair.now.directory, `${LINK}.new`);
  renameSync(`${LINK}.new`, LINK);
}

/** What is wanted is what lies in the two that are in place. */
class Both {
  #plain;
  #linked;

  constructor(plain, linked) {
    this.#plain = plain;
    this.#linked = linked;
  }

  get wanted() {
    return new Map([...this.#plain.now.wanted, ...this.#linked.now.wanted]);
  }

  put(...words) {
    this.#plain.now.put(...words);
  }

  remove(name) {
    this.#plain.now.remove(name);
  }
}
