// An Emperor whose files, operators, jails and clocks do whatever they like, in any order.
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, test, vi } from 'vitest';
import { NO_DEFAULTS } from '../../../src/config/vassal.ts';
import type { Order } from '../../../src/emperor/view.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { PATIENCE_MS, runs } from './budget.ts';
import { type Deed, NAMES, World } from './emperor-world.ts';
import type { FakeJail } from './fake-machine.ts';
import type { Source, Wish } from './fake-sources.ts';

const wish: fc.Arbitrary<Wish> = fc.record({
  good: fc.constantFrom(true, true, true, false),
  reload: fc.constantFrom('restart', 'restart', 'overlap', 'overlap', 'signal', 'none'),
  restart: fc.constantFrom('always', 'always', 'on-failure', 'never'),
  startLimit: fc.constantFrom(0, 0, 2),
  ready: fc.constantFrom('exec', 'notify'),
  ownPids: fc.boolean(),
  limited: fc.boolean(),
  door: fc.constantFrom('none', 'none', 'socket', 'on demand'),
  waits: fc.boolean(),
  hooks: fc.constantFrom(false, false, true),
});

type Act = readonly [what: string, carryOut: Deed];

const name = fc.constantFrom(...NAMES);
const source = fc.constantFrom<Source>('/v', '/v', '/v', '/w');
const which = fc.nat({ max: 5 });

/** Of the jails that live. */
function jailAct(what: string, carryOut: (world: World, jail: FakeJail) => void): fc.Arbitrary<Act> {
  return which.map((index) => [
    `${what} ${index}`,
    (world) => {
      const { living } = world.machine;
      const jail = living[index % (living.length || 1)];
      if (jail) carryOut(world, jail);
    },
  ]);
}

const ORDERS: readonly Order[] = ['start', 'stop', 'restart', 'reload', 'enable', 'disable'];
/** What comes of a command, or of whoever has taken an init over. */
const SAID = [
  'notify r - -',
  'notify s - -',
  'notify t - -',
  'notify b - -',
  'notify - 5000000 -',
  'exited 0 - 0 0 0 0',
  'started 7',
  'exec',
  'failed 3 13 no',
  'waiting for ever',
  'hooks post-jail',
  'nonsense',
];

const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(source, name, wish, fc.boolean())
      .map(
        ([from, to, said, isNew]): Act => [
          `write ${from} ${to} ${JSON.stringify(said)}${isNew ? ' anew' : ''}`,
          ({ sources }) => sources.write(from, to, said, isNew),
        ],
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(source, name)
      .map(([from, of]): Act => [`remove ${from} ${of}`, ({ sources }) => sources.remove(from, of)]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(source, name)
      .map(([from, of]): Act => [`unreadable ${from} ${of}`, ({ sources }) => sources.unreadable(from, of)]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(source, name, name)
      .map(
        ([from, of, to]): Act => [
          `rename ${from} ${of} ${to}`,
          ({ sources }) => sources.rename(from, of, to),
        ],
      ),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...ORDERS), name)
      .map(([order, to]): Act => [`${order} ${to}`, (world) => world.order(order, to)]),
  },
  {
    weight: 25,
    arbitrary: fc.integer({ min: 1, max: 8 }).map((n): Act => [`go on ${n}`, (world) => world.goOn(n)]),
  },
  { weight: 6, arbitrary: which.map((n): Act => [`read ${n}`, ({ reading }) => reading.happen(n)]) },
  {
    weight: 6,
    arbitrary: which.map((n): Act => [`happen ${n}`, ({ machine }) => machine.later.happen(n)]),
  },
  { weight: 6, arbitrary: jailAct('cloned', ({ machine }, jail) => machine.cloned(jail)) },
  { weight: 1, arbitrary: jailAct('no clone', ({ machine }, jail) => machine.cloned(jail, false)) },
  { weight: 6, arbitrary: jailAct('execd', ({ machine }, jail) => machine.execd(jail)) },
  { weight: 3, arbitrary: jailAct('ready', ({ machine }, jail) => machine.ready(jail)) },
  { weight: 1, arbitrary: jailAct('failed', ({ machine }, jail) => machine.failed(jail)) },
  { weight: 2, arbitrary: jailAct('done', ({ machine }, jail) => machine.ended(jail, 0)) },
  { weight: 2, arbitrary: jailAct('crashed', ({ machine }, jail) => machine.ended(jail, 1)) },
  { weight: 3, arbitrary: jailAct('killed', ({ machine }, jail) => machine.ended(jail, null)) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...SAID)
      .chain((said) => jailAct(`says ${said}`, ({ machine }, jail) => machine.say(jail, said))),
  },
  { weight: 1, arbitrary: which.map((n): Act => [`call ${n}`, ({ machine }) => machine.call(n)]) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom(0, 1, 150, 2000, 15_000, 100_000)
      .map((ms): Act => [`pass ${ms}`, () => vi.advanceTimersByTimeAsync(ms)]),
  },
  { weight: 1, arbitrary: fc.constant<Act>(['clear', ({ emperor }) => emperor.clearBackoff()]) },
  { weight: 2, arbitrary: fc.constant<Act>(['re-exec', (world) => world.reexec()]) },
  { weight: 1, arbitrary: fc.constant<Act>(['HUP', ({ emperor }) => void emperor.redefine(NO_DEFAULTS)]) },
);

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

test(
  'whatever comes when: one jail of each, as its last good text says, and nothing in the end',
  async () => {
    const list = join(tempDirectory(), 'disabled');
    let cases = 0;
    const shown = acts.map((act) => Object.assign(act, { [fc.toStringMethod]: () => act[0] }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(shown, { maxLength: 100, size: 'max' }),
        fc.boolean(),
        fc.boolean(),
        async (all, isCalmFirst, isHasty) => {
          const world = new World(`${list}${cases++}`);
          await world.begin();
          await world.carryOut(all.map(([, carryOut]) => carryOut));
          if (isCalmFirst) await world.expectPeace();
          await world.expectEnd(isHasty);
        },
      ),
      runs(150),
    );
  },
  PATIENCE_MS,
);

const PLAIN: Wish = {
  good: true,
  reload: 'restart',
  restart: 'always',
  startLimit: 0,
  ready: 'exec',
  ownPids: true,
  limited: false,
  door: 'none',
  waits: false,
  hooks: false,
};

/** What was found that way, so that it is tried each time. */
const FOUND: Readonly<Record<string, readonly Deed[]>> = {
  'an edit while its own socket is being bound': [
    ({ sources }) => sources.write('/v', 'a', { ...PLAIN, door: 'socket' }, false),
    (world) => world.goOn(1),
    ({ sources }) => sources.write('/v', 'a', { ...PLAIN, door: 'socket' }, false),
  ],
  'a start before a stop is over': [
    ({ sources }) => sources.write('/v', 'a', PLAIN, false),
    (world) => world.goOn(1),
    (world) => world.order('stop', 'a'),
    (world) => world.order('start', 'a'),
  ],
  'a reload by overlap when what runs has just ended': [
    ({ sources }) => sources.write('/v', 'a', PLAIN, false),
    (world) => world.goOn(3),
    ({ machine }) => machine.ended(machine.living[0], 1),
    ({ sources }) => sources.write('/v', 'a', { ...PLAIN, reload: 'overlap' }, false),
  ],
  'a start at once after a stop of one that waits': [
    ({ sources }) => sources.write('/v', 'b', { ...PLAIN, waits: true }, false),
    (world) => world.goOn(1),
    (world) => world.order('stop', 'b'),
    (world) => world.order('start', 'b'),
  ],
  'a name that comes back while the groups of the former one go': [
    ({ sources }) => sources.write('/v', 'b', { ...PLAIN, waits: true }, false),
    (world) => world.goOn(1),
    ({ sources }) => sources.remove('/v', 'b'),
    ({ sources }) => sources.write('/v', 'b', PLAIN, false),
    ({ reading }) => reading.happen(0),
  ],
  'a start of what leaves, whose name has only a bad file by now': [
    ({ sources }) => sources.write('/w', 'a', PLAIN, false),
    ({ sources }) => sources.write('/v', 'a', PLAIN, false),
    ({ sources }) => sources.unreadable('/v', 'a'),
    (world) => world.goOn(1),
    ({ sources }) => sources.rename('/w', 'a', 'b'),
    (world) => world.order('start', 'a'),
    (world) => world.goOn(2),
  ],
  'a re-exec while the socket of one that is gone is being bound': [
    ({ sources }) => sources.write('/v', 'a', { ...PLAIN, door: 'on demand' }, false),
    ({ reading }) => reading.happen(0),
    ({ sources }) => sources.remove('/v', 'a'),
    (world) => world.reexec(),
  ],
  'a rename during an overlap': [
    ({ sources }) => sources.write('/v', 'b', PLAIN, false),
    (world) => world.goOn(3),
    ({ sources }) => sources.write('/v', 'b', { ...PLAIN, reload: 'overlap' }, false),
    (world) => world.goOn(1),
    ({ sources }) => sources.rename('/v', 'b', 'a'),
    (world) => world.goOn(5),
  ],
};

test.each(Object.entries(FOUND))('%s', async (_what, all) => {
  const world = new World(join(tempDirectory(), 'disabled'));
  await world.begin();
  await world.carryOut(all);
  await world.expectPeace();
  await world.expectEnd(false);
});
