// The state that one daemon hands to another: what is written is what is read, and nothing else is believed.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { policyOf } from '../../../src/emperor/planned.ts';
import { decode, encode } from '../../../src/emperor/reexec/codec.ts';
import { type DaemonState, FORMAT, readState, writeState } from '../../../src/emperor/reexec/format.ts';
import { newLife } from '../../../src/emperor/state.ts';
import { Timers } from '../../../src/emperor/timers.ts';
import type { VassalRecord } from '../../../src/emperor/vassal-record.ts';
import { vassalConfig } from '../../helpers/vassal-config.ts';

/** As the first version wrote it that could. Every later one has to be able to read it. */
const FIXTURE = readFileSync(new URL('../../fixtures/reexec/format-1.jsonl', import.meta.url));

function fixture(): DaemonState {
  const read = readState(FIXTURE);
  if ('problem' in read) throw new Error(read.problem);
  return read.state;
}

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true }).map((each) => (Object.is(each, -0) ? 0 : each)),
    fc.bigInt(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 4 }).map((each) => new Map(each)),
    fc.array(fc.string(), { maxLength: 4 }).map((each) => new Set(each)),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('$map', '$set', '$$bigint', '$number')),
      tie('value'),
      {
        maxKeys: 3,
        noNullPrototype: true,
      },
    ),
  ),
})).value;

describe('values', () => {
  test('any of them comes back as it was', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toEqual(value);
      }),
    );
  });
});

describe('a state', () => {
  test('of format 1 is read, and its plans can be gone by', () => {
    const { vassals, plans, version } = fixture();
    expect(version).toBe('0.1.0');
    expect(vassals.map(({ name, life }) => `${name} ${life.state}`).sort()).toEqual([
      'asleep waiting',
      'bad invalid',
      'failing backoff',
      'hooked running',
      'jailed running',
      'piped starting',
      'timed waiting',
    ]);
    for (const planned of plans) {
      expect(policyOf(planned).stopTimeoutMs).toBe(10_000);
      expect(planned.config.env).toBeInstanceOf(Map);
    }
    const limited = plans.find(({ config }) => config.name === 'jailed');
    expect(limited?.config.limits.get('nofile')?.value.soft).toBe(100);
  });

  test('that is written is the one that is read', () => {
    const state = fixture();
    expect(readState(writeState(state))).toEqual({ state });
  });

  test('whatever its vassals are like', () => {
    const { plans: _plans, ...rest } = fixture();
    const state: DaemonState = { ...rest, plans: [] };
    const nothing = { run: null, intent: { planned: null, deferred: null, problems: [] } };
    const sample = { ...state.vassals[0], ...nothing };
    const time = fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 })
      .map((each) => each || 0);
    const life = fc.record({
      state: fc.constantFrom('running', 'starting', 'backoff', 'stopping', 'waiting', 'stopped' as const),
      since: time,
      jail: fc.constantFrom('none', 'queued', 'up' as const),
      next: fc.constantFrom('policy', 'start', 'wait', 'exit', 'stay-down', 'forget' as const),
      held: fc.boolean(),
      failures: fc.nat(),
      loyal: fc.boolean(),
      wasLoyal: fc.boolean(),
      execdAt: fc.option(time),
      nextStart: fc.option(time),
      generation: fc.nat(),
      restarts: fc.nat(),
    });
    const timers = fc.array(
      fc.record({
        name: fc.constantFrom('start', 'stop', 'restart', 'beat' as const),
        armedAt: time,
        endsAt: time,
      }),
    );
    const signs = fc.record({
      status: fc.string({ unit: 'binary' }),
      errno: fc.option(fc.nat()),
      reloading: fc.boolean(),
    });
    const vassal = fc
      .record({
        name: fc.string(),
        life,
        timers,
        signs,
        lastBeat: time,
        nextCall: fc.option(time),
        inSpare: fc.boolean(),
      })
      .map((changes) => ({ ...sample, ...changes }) as VassalRecord);
    fc.assert(
      fc.property(fc.array(vassal, { maxLength: 5 }), (vassals) => {
        const read = readState(writeState({ ...state, vassals }));
        expect('state' in read && encode(read.state.vassals)).toBe(encode(vassals));
      }),
      { numRuns: 50 },
    );
  });

  test('that is cut off or spoiled is told so, and never believed half', () => {
    fc.assert(
      fc.property(fc.nat(FIXTURE.length - 2), fc.integer({ min: 0, max: 255 }), (at, byte) => {
        expect(readState(FIXTURE.subarray(0, at))).toHaveProperty('problem');
        const spoiled = Buffer.from(FIXTURE);
        spoiled[at] = byte;
        expect(Object.keys(readState(spoiled))).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  test('of a format to come is refused by its number alone', () => {
    const newer = Buffer.from(`{"format":${FORMAT + 1},"version":"9.0.0","what":"ever"}\n`);
    expect(readState(newer)).toEqual({
      problem: `the state is of format ${FORMAT + 1}, of tsjail 9.0.0: this tsjail knows formats up to ${FORMAT}`,
    });
    expect(readState(Buffer.from('{}\n'))).toEqual({ problem: 'no state of a tsjail' });
  });

  test('that says what nobody knows, or names a plan that is not there, is refused', () => {
    const { vassals, ...rest } = fixture();
    const [first] = vassals;
    const odd = { ...first, colour: 'red' } as unknown as VassalRecord;
    expect(readState(writeState({ ...rest, vassals: [odd] }))).toEqual({
      problem: 'vassal[0].colour: nobody knows what that is',
    });
    const lost = { ...first, intent: { planned: 99, deferred: null, problems: [] } } as VassalRecord;
    expect(readState(writeState({ ...rest, vassals: [lost] }))).toEqual({
      problem: `vassal ${first?.name}: there is no plan 99`,
    });
    const wrong = { ...first, life: { ...newLife(0), state: 'flying' } } as unknown as VassalRecord;
    expect(readState(writeState({ ...rest, vassals: [wrong] }))).toHaveProperty(
      'problem',
      expect.stringContaining('vassal[0].life.state: one of '),
    );
  });

  test('has of a config all that every config has: what is new there makes a new format', () => {
    const [planned] = fixture().plans;
    const always = Object.entries(vassalConfig()).filter(([, value]) => value !== undefined);
    expect(Object.keys(planned?.config ?? {})).toEqual(expect.arrayContaining(always.map(([key]) => key)));
  });
});

test('timers go on with what is left of them', async () => {
  const told: string[] = [];
  const before = new Timers<string>(() => {});
  before.arm('long', 60_000);
  before.arm('short', 20);
  const { record } = before;
  before.disarmAll();
  await new Promise<void>((resolve) => {
    const after = new Timers<string>((name) => {
      told.push(name);
      expect(after.record).toEqual([record[0]].map((each) => expect.objectContaining({ name: each?.name })));
      expect(Math.abs((after.record[0]?.endsAt ?? 0) - (record[0]?.endsAt ?? 0))).toBeLessThan(0.01);
      after.disarmAll();
      resolve();
    });
    after.resume(record);
  });
  expect(told).toEqual(['short']);
});
