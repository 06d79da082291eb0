import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Effect,
  type Life,
  type LifeEvent,
  type LifePolicy,
  newLife,
  step,
} from '../../../src/emperor/state.ts';

const POLICY: LifePolicy = {
  restart: 'always',
  restartDelayMs: 100,
  maxRestartDelayMs: 1000,
  stableAfterMs: 10_000,
  startLimit: 0,
  startTimeoutMs: 30_000,
  stopTimeoutMs: 10_000,
  reload: 'restart',
  ready: 'exec',
  onDemand: false,
  heartbeatMs: 0,
};

const CONFIG: LifeEvent = { type: 'config', needsJail: true };
const UP: LifeEvent[] = [CONFIG, { type: 'launched' }, { type: 'execd' }];
const GONE: LifeEvent = { type: 'gone', success: false };

function live(events: readonly LifeEvent[], policy = POLICY, gap = 10): { life: Life; effects: Effect[] } {
  let now = 0;
  let life = newLife(now);
  let effects: Effect[] = [];
  for (const event of events) {
    now += gap;
    const outcome = step(life, event, now, policy, 0.5);
    life = outcome.life;
    effects = [...outcome.effects];
  }
  return { life, effects };
}

const types = (effects: readonly Effect[]) => effects.map((effect) => effect.type);

describe('starting and staying up', () => {
  test('a valid text starts: queue, clone, exec', () => {
    expect(types(live([CONFIG]).effects)).toEqual(['enqueue']);
    expect(live(UP).life).toMatchObject({ state: 'running', jail: 'up', generation: 1, restarts: 0 });
  });

  test('an end soon after the start waits, with doubling delays', () => {
    const once = live([...UP, GONE]);
    expect(once.life).toMatchObject({ state: 'backoff', failures: 1, restarts: 0, nextStart: 140 });
    const twice = live([...UP, GONE, { type: 'timer', timer: 'restart' }, ...UP.slice(1), GONE]);
    expect(twice.effects).toContainEqual({ type: 'arm', timer: 'restart', ms: 200 });
    expect(twice.life).toMatchObject({ generation: 2, restarts: 1 });
  });

  test('a start that somebody asks for is no restart, although it was to come', () => {
    const asked = live([...UP, GONE, { type: 'start' }, ...UP.slice(1)]);
    expect(asked.life).toMatchObject({ state: 'running', generation: 2, restarts: 0 });
  });

  test('one that is not to be started again is not, until its file changes', () => {
    const over = live([...UP, { ...GONE, forGood: true }]);
    expect(over.life).toMatchObject({ state: 'exited', jail: 'none', restarts: 0 });
    expect(live([...UP, { ...GONE, forGood: true }, CONFIG]).life.state).toBe('starting');
    expect(live([...UP, { type: 'restart' }, { ...GONE, forGood: true }]).life.state).toBe('starting');
  });

  test('the first end of one that said that it is ready is followed by a start at once', () => {
    const told = { ...POLICY, ready: 'told' } as const;
    const once = live([...UP, { type: 'ready' }, GONE], told);
    expect(once.life).toMatchObject({ state: 'starting', failures: 1, restarts: 1 });
    const twice = live([...UP, { type: 'ready' }, GONE, ...UP.slice(1), { type: 'ready' }, GONE], told);
    expect(twice.effects).toContainEqual({ type: 'arm', timer: 'restart', ms: 100 });
    expect(live([...UP, GONE], told).life.state).toBe('backoff');
  });

  test('an end after a stable run starts again at once', () => {
    const { life, effects } = live([...UP, GONE], { ...POLICY, stableAfterMs: 5 });
    expect(life).toMatchObject({ state: 'starting', failures: 0, restarts: 1 });
    expect(types(effects)).toContain('enqueue');
  });

  test('policies: never and on-failure', () => {
    expect(live([...UP, GONE], { ...POLICY, restart: 'never' }).life.state).toBe('exited');
    expect(live([...UP, GONE], { ...POLICY, restart: 'on-failure' }).life.state).toBe('backoff');
    const success = live([...UP, { type: 'gone', success: true }], { ...POLICY, restart: 'on-failure' });
    expect(success.life.state).toBe('exited');
  });

  test('start-limit ends in failed; an edit, start and clear-backoff end that', () => {
    const limited = { ...POLICY, startLimit: 1 };
    expect(live([...UP, GONE], limited).life).toMatchObject({ state: 'failed', jail: 'none' });
    for (const event of [CONFIG, { type: 'start' }, { type: 'clear-backoff' }] as const) {
      expect(live([...UP, GONE, event], limited).life).toMatchObject({ state: 'starting', failures: 0 });
    }
  });

  test('a start that takes too long is killed and counts as a failure', () => {
    const late = live([CONFIG, { type: 'launched' }, { type: 'timer', timer: 'start' }]);
    expect(late.effects).toEqual([{ type: 'kill', why: 'start-timeout' }]);
    expect(live([CONFIG, { type: 'launched' }, { type: 'timer', timer: 'start' }, GONE]).life.failures).toBe(
      1,
    );
  });
});

describe('stopping and changing', () => {
  test('stop asks, then kills after stop-timeout, then stays down', () => {
    const stopping = live([...UP, { type: 'stop' }]);
    expect(stopping.life.state).toBe('stopping');
    expect(stopping.effects).toContainEqual({ type: 'arm', timer: 'stop', ms: 10_000 });
    expect(live([...UP, { type: 'stop' }, { type: 'timer', timer: 'stop' }]).effects).toEqual([
      { type: 'kill', why: 'stop-timeout' },
    ]);
    expect(live([...UP, { type: 'stop' }, GONE]).life.state).toBe('stopped');
  });

  test('what is held stays down through edits, until start', () => {
    const held: LifeEvent[] = [...UP, { type: 'stop' }, GONE, CONFIG, { type: 'invalid' }, CONFIG];
    expect(live(held).life).toMatchObject({ state: 'stopped', jail: 'none' });
    expect(live([...held, { type: 'start' }]).life.state).toBe('starting');
  });

  test('an edit stops what runs and starts it when it is gone, never before', () => {
    const edited = live([...UP, CONFIG]);
    expect(edited.life.state).toBe('reloading');
    expect(types(edited.effects)).toEqual(['disarm', 'arm', 'stop']);
    expect(types(live([...UP, CONFIG, CONFIG]).effects)).toEqual([]);
    expect(types(live([...UP, CONFIG, GONE]).effects)).toContain('enqueue');
  });

  test('an edit in backoff starts at once', () => {
    const { life, effects } = live([...UP, GONE, CONFIG]);
    expect(life).toMatchObject({ state: 'starting', failures: 0, nextStart: null });
    expect(types(effects)).toEqual(['disarm', 'enqueue']);
  });

  test('reload by signal needs no new jail; reload = none does nothing', () => {
    const bySignal = { ...POLICY, reload: 'signal' } as const;
    expect(types(live([...UP, { type: 'config', needsJail: false }], bySignal).effects)).toEqual([
      'reload-signal',
    ]);
    expect(live([...UP, CONFIG], bySignal).life.state).toBe('reloading');
    expect(live([...UP, CONFIG], { ...POLICY, reload: 'none' }).effects).toEqual([]);
  });

  test('overlap: another one is started beside it, and has its place when that one is ready', () => {
    const overlap = { ...POLICY, reload: 'overlap' } as const;
    expect(live([...UP, CONFIG], overlap)).toMatchObject({
      life: { state: 'running', generation: 1 },
      effects: [{ type: 'overlap' }],
    });
    // Nobody's place is to be had when what ran is no more.
    const over: LifeEvent[] = [...UP, { ...CONFIG, isOver: true }];
    expect(live(over, overlap).life).toMatchObject({ state: 'reloading', next: 'start' });
    expect(types(live([...over, GONE], overlap).effects)).toContain('enqueue');
    const replaced = live([...UP, CONFIG, { type: 'replaced' }], overlap);
    expect(replaced.life).toMatchObject({ state: 'running', generation: 2, since: 50, restarts: 0 });
    expect(live([CONFIG, { type: 'launched' }, CONFIG], overlap).life.state).toBe('reloading');
  });

  test('removed: gone, then forgotten; back before it is gone: started again', () => {
    expect(types(live([...UP, { type: 'removed' }, GONE]).effects)).toContain('forget');
    expect(live([...UP, { type: 'removed' }, CONFIG, GONE]).life.state).toBe('starting');
    expect(types(live([CONFIG, { type: 'removed' }]).effects)).toEqual(['dequeue', 'forget']);
  });

  test('a bad text harms nothing that runs', () => {
    expect(live([...UP, { type: 'invalid' }])).toMatchObject({ life: { state: 'running' }, effects: [] });
    expect(live([{ type: 'invalid' }]).life.state).toBe('invalid');
    expect(live([{ type: 'invalid' }, CONFIG]).life.state).toBe('starting');
  });
});

describe('on demand', () => {
  const demand = { ...POLICY, onDemand: true };
  const called: LifeEvent = { type: 'called' };
  const up: LifeEvent[] = [CONFIG, called, { type: 'launched' }, { type: 'execd' }];

  test('a valid text waits; a call, or `start`, starts it', () => {
    expect(live([CONFIG], demand)).toMatchObject({
      life: { state: 'waiting' },
      effects: [{ type: 'listen' }],
    });
    for (const event of [called, { type: 'start' }] as const)
      expect(types(live([CONFIG, event], demand).effects)).toEqual(['unlisten', 'enqueue']);
    expect(live(up, demand).life).toMatchObject({ state: 'running', generation: 1 });
  });

  test('idle: it is stopped and waits again, and nothing of it counts as a failure', () => {
    const { life, effects } = live([...up, { type: 'idle' }], demand);
    expect(life.state).toBe('stopping');
    expect(types(effects)).toContain('stop');
    expect(live([...up, { type: 'idle' }, GONE], demand)).toMatchObject({
      life: { state: 'waiting', failures: 0 },
    });
  });

  test('a crash: backoff, then it waits; who calls does not shorten that', () => {
    const crashed = live([...up, GONE, called], demand);
    expect(crashed.life).toMatchObject({ state: 'backoff', failures: 1 });
    const back = live([...up, GONE, { type: 'timer', timer: 'restart' }], demand);
    expect(back).toMatchObject({ life: { state: 'waiting', failures: 1 }, effects: [{ type: 'listen' }] });
  });

  test('an end of its own accord after some work: it waits at once, whatever `restart` says', () => {
    const well: LifeEvent = { type: 'gone', success: true };
    const once = { ...demand, restart: 'never' } as const;
    expect(live([...up, well], once, 1000).life).toMatchObject({ state: 'waiting', failures: 0 });
    expect(live([...up, GONE], once, 1000).life.state).toBe('exited');
    // A connection that it does not accept would have it started for ever.
    expect(live([...up, well], once).life).toMatchObject({ state: 'backoff', failures: 1 });
  });

  test('one that cannot listen tries again, later and later, and is no restart', () => {
    const deaf: LifeEvent = { type: 'deaf' };
    const once = live([CONFIG, deaf], demand);
    expect(once.life).toMatchObject({ state: 'backoff', failures: 1, restarts: 0 });
    expect(types(once.effects)).toEqual(['unlisten', 'arm']);
    expect(live([CONFIG, deaf, { type: 'timer', timer: 'restart' }, deaf], demand).life.failures).toBe(2);
    expect(types(live([CONFIG, deaf], { ...demand, restartDelayMs: 0 }).effects)).toEqual([
      'unlisten',
      'listen',
    ]);
    expect(live([CONFIG, deaf], { ...demand, startLimit: 1 }).life.state).toBe('failed');
    expect(live([CONFIG, called, deaf], demand).life.state).toBe('starting');
  });
});

describe('a file that is gone', () => {
  const leaving: LifeEvent[] = [...UP, { type: 'removed' }];

  test.each(['start', 'restart', 'stop', 'release'] as const)(
    'whoever says %s meanwhile: it is forgotten',
    (type) => {
      const { life, effects } = live([...leaving, { type }, GONE]);
      expect(life).toMatchObject({ state: 'stopped', jail: 'none' });
      expect(types(effects).filter((each) => each === 'forget' || each === 'enqueue')).toEqual(['forget']);
      // Nor is what is forgotten started, or forgotten once more.
      expect(live([...leaving, GONE, { type }, { type: 'removed' }]).effects).toEqual([]);
    },
  );

  test('it comes back: good, bad, or while a stop holds', () => {
    expect(live([...leaving, CONFIG, GONE]).life.state).toBe('starting');
    expect(types(live([...leaving, { type: 'invalid' }, GONE]).effects)).not.toContain('forget');
    const held = live([...leaving, { type: 'stop' }, CONFIG, GONE]);
    expect(held.life).toMatchObject({ state: 'stopped', held: true, jail: 'none' });
    expect(types(held.effects)).not.toContain('forget');
    expect(live([...leaving, GONE, CONFIG]).life.state).toBe('starting');
  });
});

test('any order of events: one jail at most, no lost end, no start while stopping, held stays down', () => {
  const event = fc.constantFrom<LifeEvent>(
    CONFIG,
    { type: 'config', needsJail: false },
    { type: 'invalid' },
    { type: 'removed' },
    { type: 'start' },
    { type: 'stop' },
    { type: 'restart' },
    { type: 'launched' },
    { type: 'execd' },
    GONE,
    { type: 'gone', success: true },
    { type: 'timer', timer: 'start' },
    { type: 'timer', timer: 'stop' },
    { type: 'timer', timer: 'restart' },
    { type: 'timer', timer: 'beat' },
    { type: 'ready' },
    { type: 'loyal' },
    { type: 'beat' },
    { type: 'called' },
    { type: 'deaf' },
    { type: 'idle' },
    { type: 'stuck' },
    { type: 'leaving' },
    { type: 'replaced' },
    { type: 'clear-backoff' },
  );
  const policy = fc.record({
    restart: fc.constantFrom('always', 'on-failure', 'never'),
    reload: fc.constantFrom('restart', 'signal', 'overlap', 'none'),
    ready: fc.constantFrom('exec', 'told'),
    onDemand: fc.boolean(),
    heartbeatMs: fc.constantFrom(0, 20),
    mustBeat: fc.boolean(),
    recurs: fc.boolean(),
    startLimit: fc.integer({ min: 0, max: 3 }),
    stableAfterMs: fc.constantFrom(0, 15, 10_000),
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: 'max' }), policy, (events, some) => {
      let world: 'none' | 'queued' | 'up' = 'none';
      let life = newLife(0);
      let listens = false;
      for (const [index, each] of events.entries()) {
        // The world only tells what can happen: a launch of what is queued, an exec and an end of what is up.
        if (each.type === 'launched' && world !== 'queued') continue;
        if ((each.type === 'execd' || each.type === 'gone') && world !== 'up') continue;
        // Only for one that runs somebody else is started.
        if (each.type === 'replaced' && life.state !== 'running') continue;
        if (each.type === 'launched') world = 'up';
        if (each.type === 'gone') world = 'none';
        const outcome = step(life, each, index * 10, { ...POLICY, ...some } as LifePolicy, 0.5);
        for (const effect of outcome.effects) {
          if (effect.type === 'enqueue') {
            expect(world).toBe('none');
            world = 'queued';
          }
          if (effect.type === 'dequeue') {
            expect(world).toBe('queued');
            world = 'none';
          }
          if (effect.type === 'listen' || effect.type === 'unlisten') {
            expect(listens).toBe(effect.type === 'unlisten');
            listens = effect.type === 'listen';
          }
          if (effect.type === 'forget') expect(world).toBe('none');
        }
        life = outcome.life;
        expect(life.jail).toBe(world);
        expect(life.state === 'waiting').toBe(listens);
        if (life.state === 'stopping') expect(world).toBe('up');
        if (life.state === 'backoff') expect(life.nextStart).not.toBeNull();
        if (life.held && each.type !== 'stop')
          expect(outcome.effects.map((effect) => effect.type)).not.toContain('enqueue');
      }
    }),
    { numRuns: 800 },
  );
});

describe('readiness that is told, and signs of life', () => {
  const told: LifePolicy = { ...POLICY, ready: 'told', stableAfterMs: 5 };
  const beating: LifePolicy = { ...told, heartbeatMs: 500, mustBeat: true };

  test('starting until then, with the start timer running', () => {
    const waiting = live(UP, told);
    expect(waiting.life).toMatchObject({ state: 'starting', jail: 'up' });
    expect(waiting.effects).toEqual([]);
    const up = live([...UP, { type: 'ready' }], told);
    expect(up.life.state).toBe('running');
    expect(up.effects).toEqual([{ type: 'disarm', timer: 'start' }]);
  });

  test('a word before the command is there counts for nothing', () => {
    expect(live([CONFIG, { type: 'launched' }, { type: 'ready' }], told).life.state).toBe('starting');
  });

  test('however long it tried, one that was never ready was not stable', () => {
    const { life } = live([...UP, GONE], told, 1000);
    expect(life).toMatchObject({ state: 'backoff', failures: 1 });
  });

  test('never ready: killed at start-timeout, then longer and longer waits, then the limit', () => {
    const late: LifeEvent[] = [{ type: 'timer', timer: 'start' }, GONE];
    const again: LifeEvent[] = [{ type: 'timer', timer: 'restart' }, ...UP.slice(1), ...late];
    expect(live([...UP, { type: 'timer', timer: 'start' }], told).effects).toEqual([
      { type: 'kill', why: 'start-timeout' },
    ]);
    const delays = [1, 2, 3].map((rounds) => {
      const { effects } = live(
        [
          ...UP,
          ...late,
          ...Array(rounds - 1)
            .fill(again)
            .flat(),
        ],
        told,
        100_000,
      );
      return effects.find((effect) => effect.type === 'arm')?.ms;
    });
    expect(delays).toEqual([100, 200, 400]);
    expect(live([...UP, ...late, ...again], { ...told, startLimit: 2 }).life.state).toBe('failed');
  });

  test('the watchdog is armed when it is ready, and by each sign after that', () => {
    expect(live([...UP, { type: 'ready' }], beating).effects).toContainEqual({
      type: 'arm',
      timer: 'beat',
      ms: 500,
    });
    expect(live([...UP, { type: 'beat' }], beating).effects).toEqual([]);
    expect(live([...UP, { type: 'ready' }, { type: 'beat' }], beating).effects).toEqual([
      { type: 'arm', timer: 'beat', ms: 500 },
    ]);
    expect(live([...UP, { type: 'ready' }, { type: 'timer', timer: 'beat' }], beating).effects).toEqual([
      { type: 'kill', why: 'heartbeat-timeout' },
    ]);
  });

  test('nobody is expected to give signs while he leaves', () => {
    expect(live([...UP, { type: 'ready' }, { type: 'stop' }], beating).effects).toContainEqual({
      type: 'disarm',
      timer: 'beat',
    });
    expect(live([...UP, { type: 'ready' }, { type: 'stop' }, { type: 'beat' }], beating).effects).toEqual([]);
  });

  test('one that takes the place of another is watched from then on', () => {
    expect(live([...UP, { type: 'ready' }, { type: 'replaced' }], beating).effects).toEqual([
      { type: 'arm', timer: 'beat', ms: 500 },
    ]);
  });

  test('one that says it is stuck is killed', () => {
    expect(live([...UP, { type: 'stuck' }]).effects).toEqual([{ type: 'kill', why: 'stuck' }]);
    expect(live([{ type: 'stuck' }]).effects).toEqual([]);
  });
});

describe('the wait between starts', () => {
  const loop = (rounds: number, more: readonly LifeEvent[] = []): LifeEvent[] => [
    ...UP,
    ...more,
    GONE,
    ...Array(rounds - 1)
      .fill([{ type: 'timer', timer: 'restart' }, ...UP.slice(1), ...more, GONE])
      .flat(),
  ];
  const delayOf = ({ effects }: { effects: Effect[] }) => effects.find((effect) => effect.type === 'arm')?.ms;

  test('grows for those that are loyal each time, too', () => {
    const delays = [3, 4, 5].map((rounds) => delayOf(live(loop(rounds, [{ type: 'loyal' }]))));
    expect(delays).toEqual([...delays].sort((a, b) => Number(a) - Number(b)));
    expect(new Set(delays).size).toBe(3);
  });

  test.each<readonly [string, LifeEvent]>([
    ['an edit', CONFIG],
    ['start', { type: 'start' }],
    ['restart', { type: 'restart' }],
    ['SIGURG', { type: 'clear-backoff' }],
  ])('%s ends it, and it begins anew', (_name, event) => {
    const { life, effects } = live([...loop(4), event]);
    expect(life).toMatchObject({ state: 'starting', failures: 0 });
    expect(effects).toContainEqual({ type: 'disarm', timer: 'restart' });
    expect(delayOf(live([...loop(4), event, ...UP.slice(1), GONE]))).toBe(100);
  });

  test('is none where the delay is none (emperor-no-blacklist)', () => {
    const { life } = live([...UP, GONE], { ...POLICY, restartDelayMs: 0, maxRestartDelayMs: 0 });
    expect(life).toMatchObject({ state: 'starting', jail: 'queued' });
  });

  test('a stop that is not heard ends in a kill, and no start', () => {
    const stopped = live([...UP, { type: 'stop' }, { type: 'timer', timer: 'stop' }]);
    expect(stopped.effects).toEqual([{ type: 'kill', why: 'stop-timeout' }]);
    expect(live([...UP, { type: 'stop' }, { type: 'timer', timer: 'stop' }, GONE]).life).toMatchObject({
      state: 'stopped',
      held: true,
    });
  });

  test.each([
    ['on-failure', false, 'failed'],
    ['on-failure', true, 'exited'],
    ['always', true, 'failed'],
    ['never', false, 'exited'],
  ] as const)('restart = %s with start-limit = 1, success %s: %s', (restart, success, state) => {
    const policy: LifePolicy = { ...POLICY, restart, startLimit: 1 };
    expect(live([...UP, { type: 'gone', success }], policy).life.state).toBe(state);
  });
});
