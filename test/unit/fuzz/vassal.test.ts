// A vassal under events in any order, with jails that are made of nothing: what must hold whatever comes when.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ACTIONS } from '../../../src/emperor/actions.ts';
import { AddressBook } from '../../../src/emperor/address-book.ts';
import { StartGate } from '../../../src/emperor/gate.ts';
import { StartOrder } from '../../../src/emperor/order.ts';
import type { Offer } from '../../../src/emperor/planned.ts';
import { Vassal, type VassalParts } from '../../../src/emperor/vassal.ts';
import type { JailHandlers, JailParts } from '../../../src/jail/jail.ts';
import { buildPlan } from '../../../src/plan/build.ts';
import type { VassalGroups } from '../../../src/system/cgroup-vassal.ts';
import { silentOutput } from '../../helpers/silent-output.ts';
import { parse } from '../config/helpers.ts';
import { PATIENCE_MS, runs } from './budget.ts';

/** The kill of a jail takes a moment. */
const DYING_MS = 3;
const HOUR_MS = 3_600_000;
const NO_USAGE = { core: false, userUsec: 0, systemUsec: 0, maxRssKib: 0 };
const DELAY_MS = 100;
const MOST_DELAY_MS = 1000;
const JITTER = 1.1;

class FakeJail {
  readonly handlers: JailHandlers;
  readonly commandPid = 4711;
  readonly isSettled = true;
  /** What was asked of it. */
  asked = 0;
  state: 'new' | 'up' | 'over' = 'new';

  constructor(handlers: JailHandlers) {
    this.handlers = handlers;
  }

  announce(): void {}
  hush(): void {}
  wake(): void {}
  record(): never {
    throw new Error('nobody hands it over');
  }
  signal(): void {
    this.asked++;
  }
  kill(): void {
    this.asked++;
    setTimeout(() => this.end(null), DYING_MS);
  }

  exec(): void {
    if (this.state !== 'new') return;
    this.state = 'up';
    this.handlers.jailer(4710);
    this.handlers.started(this.commandPid, 0n);
  }

  end(code: number | null): void {
    if (this.state === 'over') return;
    const wasUp = this.state === 'up';
    this.state = 'over';
    const exit = { code, signal: code === null ? 9 : null, ...NO_USAGE };
    this.handlers.ended(wasUp ? exit : null, exit);
  }
}

const world = vi.hoisted(() => ({ spawn: undefined as ((handlers: never) => unknown) | undefined }));

vi.mock('../../../src/jail/hooked-jail.ts', () => ({
  spawnJail: (_parts: unknown, _plan: unknown, _stdio: unknown, _group: unknown, handlers: never) =>
    world.spawn?.(handlers),
}));

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

function offerOf(lines: readonly string[]): Offer {
  const text = [
    '[vassal]',
    `restart-delay = ${DELAY_MS}ms`,
    `max-restart-delay = ${MOST_DELAY_MS}ms`,
    ...lines,
  ];
  const { config, problems } = parse(text.join('\n'));
  const plan = config && buildPlan(config, { environment: {}, uid: 0, terminal: false });
  return { config, plan, problems, obstacles: [], identity: '1:2', because: 'web.ini changed' };
}

const WAYS = ['restart', 'signal:HUP', 'overlap', 'none'];
const POLICIES = ['always', 'on-failure', 'never'];
const BAD = offerOf(['comand = true']);

function groups(name: string): VassalGroups {
  const made = {
    name,
    home: undefined,
    isSettled: true,
    useOwn: () => {},
    settled: async () => {},
    setUp: async () => {},
    takeDown: async () => {},
    newOomKills: () => 0,
    onTrouble: () => {},
  };
  return made as unknown as VassalGroups;
}

/** A vassal with all jails that were made for it. */
class Stage {
  readonly jails: FakeJail[] = [];
  readonly vassal: Vassal;
  forgotten = 0;
  /** What must not be, as it happened. */
  readonly faults: string[] = [];

  constructor() {
    world.spawn = (handlers) => {
      if (this.vassal.state === 'stopping') this.faults.push('a start while stopping');
      if (this.forgotten > 0) this.faults.push('a start of one that is forgotten');
      const jail = new FakeJail(handlers);
      this.jails.push(jail);
      return jail;
    };
    const native = {} as JailParts['native'];
    const parts: VassalParts = {
      native,
      jailerFd: 3,
      nullFd: 4,
      endOrphans: async () => {},
      addresses: new AddressBook(),
      gate: new StartGate(1),
      order: new StartOrder(
        () => [],
        () => {},
      ),
      output: () => silentOutput(),
      groupsOf: groups,
      forgotten: () => {
        this.forgotten++;
      },
      event: () => {},
      log: () => {},
    };
    this.vassal = new Vassal('web', '/v/web.ini', parts);
  }

  get living(): FakeJail[] {
    return this.jails.filter(({ state }) => state !== 'over');
  }

  /** Of all that was asked of the jails that live. */
  get disturbed(): number {
    return this.jails.reduce((sum, { asked }) => sum + asked, 0);
  }
}

type Act =
  | { readonly type: 'good'; readonly command: string }
  | { readonly type: 'bad' | 'remove' | 'start' | 'stop' | 'restart' | 'reload' | 'clear' | 'exec' }
  | { readonly type: 'end'; readonly code: number; readonly which: number }
  | { readonly type: 'pass'; readonly ms: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('good' as const), command: fc.constantFrom('a', 'b') }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constantFrom('bad', 'remove', 'start', 'stop', 'restart', 'reload', 'clear' as const),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('exec' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('end' as const),
      code: fc.constantFrom(0, 1),
      which: fc.nat({ max: 1 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 1, 50, 150, 2000, 15_000, 100_000),
    }),
  },
);

function carryOut(stage: Stage, each: Act, lines: readonly string[]): void {
  const { vassal, living } = stage;
  if (each.type === 'good') vassal.offer(offerOf([...lines, `command = ${each.command}`]));
  if (each.type === 'bad') vassal.offer(BAD);
  if (each.type === 'remove') vassal.remove();
  if (each.type === 'start' || each.type === 'stop' || each.type === 'restart' || each.type === 'reload')
    void ACTIONS[each.type](vassal);
  if (each.type === 'clear') vassal.clearBackoff();
  if (each.type === 'exec') living.at(-1)?.exec();
  if (each.type === 'end') living[each.which % (living.length || 1)]?.end(each.code);
}

function check(stage: Stage, most: number): void {
  const { life } = stage.vassal;
  expect(stage.faults).toEqual([]);
  expect(stage.living.length, 'jails at once').toBeLessThanOrEqual(most);
  if (life.jail === 'none' && most === 1) expect(stage.living).toEqual([]);
  if (life.state !== 'backoff' || life.nextStart === null) return;
  const delay = life.nextStart - life.since;
  const bound = Math.min(DELAY_MS * 2 ** Math.max(0, life.failures - 1), MOST_DELAY_MS);
  expect(delay).toBeLessThanOrEqual(bound * JITTER + 1);
  expect(delay, 'of one whose last end was no accident').toBeGreaterThan(0);
}

test(
  'whatever comes when: its jails, its timers and its end',
  async () => {
    const policy = fc.record({
      reload: fc.constantFrom(...WAYS),
      restart: fc.constantFrom(...POLICIES),
      limit: fc.nat({ max: 3 }),
      isGood: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(act, { maxLength: 40, size: 'max' }),
        policy,
        async (acts, { reload, restart, limit, isGood }) => {
          const stage = new Stage();
          const lines = [`reload = ${reload}`, `restart = ${restart}`, `start-limit = ${limit}`];
          const most = reload === 'overlap' ? 2 : 1;
          // Whoever makes one has a text for it.
          stage.vassal.offer(isGood ? offerOf([...lines, 'command = a']) : BAD);
          let isRemoved = false;
          for (const each of acts) {
            // Whoever is forgotten is no more.
            if (stage.forgotten > 0) break;
            const before = { asked: stage.disturbed, living: stage.living.length };
            if (each.type === 'good' || each.type === 'bad') isRemoved = false;
            if (each.type === 'remove') isRemoved = true;
            if (each.type === 'pass') await vi.advanceTimersByTimeAsync(each.ms);
            else carryOut(stage, each, lines);
            if (each.type === 'bad')
              expect({ asked: stage.disturbed, living: stage.living.length }, 'after a bad edit').toEqual(
                before,
              );
            await vi.advanceTimersByTimeAsync(0);
            check(stage, most);
          }
          // A file that is gone needs no second word of it.
          if (!isRemoved) stage.vassal.remove();
          await vi.advanceTimersByTimeAsync(HOUR_MS);
          expect(stage.faults).toEqual([]);
          expect([stage.living.length, stage.forgotten, vi.getTimerCount()]).toEqual([0, 1, 0]);
        },
      ),
      runs(100),
    );
  },
  PATIENCE_MS,
);
