// The frame of every storm: a daemon that is warm, a census, the storm, everything right again, the same census; then the
// daemon ends, and the world is as empty as it was.
import { mkdirSync } from 'node:fs';
import { census, differences, rssMiB } from './census.mjs';
import { Daemon } from './daemon.mjs';
import { Random } from './random.mjs';
import { msOf, poll } from './time.mjs';
import { Vassals, wrongOnes } from './vassals.mjs';

/** What a service manager makes for the daemon. */
const STANDING = ['/run/tsjail', '/run/state'];
/** Generous: other work may be on the machine. What is measured is told. */
const RIGHT_MS = 120_000;
const SETTLE_MS = 30_000;
const WARM_UPS = 2;
/** More than V8 keeps of garbage that it has not looked at. */
const MOST_GROWTH_MIB = 96;
const MOST_TOLD = 10;

export class Storm {
  size;
  random;
  world;
  daemon;
  vassals;
  /** Label → what was measured. */
  figures = {};
  faults = [];
  #empty;
  #before;
  #answersMs = [];

  constructor(world, size, seed) {
    this.world = world;
    this.size = size;
    this.random = new Random(seed);
    for (const path of STANDING) mkdirSync(path);
    this.vassals = new Vassals('/tmp/vassals', '/tmp/beside');
  }

  fault(what) {
    this.faults.push(what);
  }

  /** Starts a daemon on the files that are there, and waits until everything runs. */
  async begin(options = {}) {
    this.#empty = this.census(null);
    this.daemon = new Daemon(this.world, { sources: [this.vassals.directory], ...options });
    await this.daemon.start();
    await this.right('the start');
    await this.#warmUp(WARM_UPS);
    this.#before = this.census();
    this.figures['RSS before, MiB'] = Math.round(rssMiB(this.daemon.pid));
  }

  /** What is made at the first use of something is no leak. */
  async #warmUp(rounds) {
    for (let n = 0; n < rounds; n++) {
      this.vassals.put('warm', 'full', { command: 'sh -c "echo warm; exec sleep 100000"' });
      await this.right('a new vassal');
      this.vassals.put('warm', 'pid');
      await this.right('an edit');
      this.vassals.remove('warm');
      this.daemon.kill('SIGHUP');
      await this.right('the warm-up');
    }
  }

  census(daemon = this.daemon.pid) {
    return census({ daemon, groups: this.world.groups, roots: ['/run', '/tmp'] });
  }

  /** Waits until every vassal is as its file asks; what is not by then is a fault. */
  async right(after) {
    let wrong = [];
    const ms = await msOf(() =>
      poll(async () => {
        if (this.daemon.ended) throw new Error(`the daemon ended: ${JSON.stringify(await this.daemon.exit)}`);
        wrong = await this.daemon.vassals().then(
          (views) => wrongOnes(views, this.vassals.wanted),
          (error) => [`no answer: ${error.message}`],
        );
        return wrong.length === 0;
      }, RIGHT_MS),
    );
    for (const each of wrong.slice(0, MOST_TOLD)) this.fault(`after ${after}: ${each}`);
    if (wrong.length > MOST_TOLD) this.fault(`after ${after}: ${wrong.length - MOST_TOLD} more`);
    return ms;
  }

  /** Asks for all vassals, and keeps how long the answer took. Undefined: there was none. */
  async ask() {
    let views;
    const ms = await msOf(async () => {
      views = await this.daemon.vassals().catch(() => undefined);
    });
    if (views !== undefined) this.#answersMs.push(ms);
    return views;
  }

  /** What follows every storm. */
  async end() {
    this.figures['until right, s'] = seconds(await this.right('the storm'));
    // A daemon that took its own place has not used everything yet.
    await this.#warmUp(1);
    await this.#same('after the storm', () => differences(this.#before, this.census()));
    const after = Math.round(rssMiB(this.daemon.pid));
    this.figures['RSS after, MiB'] = after;
    if (after - this.figures['RSS before, MiB'] > MOST_GROWTH_MIB)
      this.fault(`resident memory grew to ${after} MiB`);
    if (this.#answersMs.length > 0)
      this.figures['slowest answer, ms'] = Math.round(Math.max(...this.#answersMs));
    await this.over();
  }

  /** The daemon ends, and nothing is left. */
  async over() {
    this.figures['until down, s'] = seconds(
      await msOf(async () => {
        const exit = await this.daemon.stop();
        if (exit.code !== 0) this.fault(`the daemon ended with ${JSON.stringify(exit)}`);
      }),
    );
    await this.empty();
  }

  async empty() {
    await this.#same('after the end', () => differences(this.#empty, this.census(null)));
  }

  async #same(when, look) {
    let found = [];
    await poll(() => {
      found = look();
      return found.length === 0;
    }, SETTLE_MS);
    for (const each of found) this.fault(`${when}: ${each}`);
  }
}

export function seconds(ms) {
  return Math.round(ms / 100) / 10;
}
