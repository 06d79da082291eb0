// Who waits for whom: at a start, and at the end of all.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VassalConfig } from '../../../src/config/vassal-config.ts';
import { Families } from '../../../src/emperor/families.ts';
import { cycleThrough, leavingOrder, StartOrder } from '../../../src/emperor/order.ts';
import type { VassalState } from '../../../src/emperor/view.ts';
import { located, vassalConfig } from '../../helpers/vassal-config.ts';

interface Stub {
  readonly name: string;
  state: VassalState;
  wanted: VassalConfig | undefined;
  life: { held: boolean };
}

const stub = (name: string, after: readonly string[] = [], state: VassalState = 'starting'): Stub => ({
  name,
  state,
  life: { held: state === 'stopped' },
  wanted: vassalConfig({ after: after.map((each) => located(each)) }),
});

function order(...vassals: Stub[]) {
  const said: string[] = [];
  const started: string[] = [];
  const all = new Map(vassals.map((vassal) => [vassal.name, vassal]));
  const start = new StartOrder<Stub>(
    (name) => [...all.values()].filter((each) => each.name === name || each.name.startsWith(`${name}:`)),
    (name, message) => said.push(`${name}: ${message}`),
  );
  const begin = (vassal: Stub) => start.await(vassal, () => started.push(vassal.name));
  return { start, begin, started, said, all };
}

describe('a start', () => {
  test('goes at once where there is nobody to wait for', () => {
    const { begin, started } = order();
    begin(stub('web'));
    expect(started).toEqual(['web']);
  });

  test.each<[VassalState, boolean]>([
    ['running', true],
    ['exited', true],
    ['waiting', true],
    ['stopped', true],
    ['failed', true],
    ['starting', false],
    ['reloading', false],
    ['backoff', false],
    ['stopping', false],
    ['invalid', false],
  ])('another one that is %s: %s', (state, goes) => {
    const web = stub('web', ['db']);
    const { begin, started, said, start } = order(web, stub('db', [], state));
    begin(web);
    expect(started).toEqual(goes ? ['web'] : []);
    expect(start.waitingFor(web)).toBe(goes ? null : `db (${state})`);
    expect(said).toEqual(goes ? [] : [`web: waiting for db (${state})`]);
  });

  test('waits for all, and for those that are not there', () => {
    const web = stub('web', ['db', 'cache']);
    const db = stub('db');
    const { begin, started, start, all } = order(web, db);
    begin(web);
    expect(start.waitingFor(web)).toBe('db (starting), cache (not there)');
    db.state = 'running';
    start.look();
    expect(started).toEqual([]);
    all.set('cache', stub('cache', [], 'running'));
    start.look();
    expect(started).toEqual(['web']);
    start.look();
    expect(started).toEqual(['web']);
    expect(start.waitingFor(web)).toBeNull();
  });

  test('one that is just known of is coming', () => {
    const web = stub('web', ['db']);
    const { begin, started } = order(web, { ...stub('db', [], 'stopped'), life: { held: false } });
    begin(web);
    expect(started).toEqual([]);
  });

  test('of a file with instances it waits for each', () => {
    const web = stub('web', ['db']);
    const two = stub('db:2');
    const { begin, started, start } = order(web, stub('db:1', [], 'running'), two);
    begin(web);
    expect(start.waitingFor(web)).toBe('db:2 (starting)');
    two.state = 'running';
    start.look();
    expect(started).toEqual(['web']);
  });

  test('an operator need not wait; one that is taken back never starts', () => {
    const [web, api] = [stub('web', ['db']), stub('api', ['db'])];
    const { begin, started, start, all } = order(web, api);
    begin(web);
    begin(api);
    start.release(web);
    expect(started).toEqual(['web']);
    start.leave(api);
    all.set('db', stub('db', [], 'running'));
    start.look();
    expect(started).toEqual(['web']);
  });
});

test('cycles are named, from where one is to be told', () => {
  const after: Record<string, string[]> = { a: ['x', 'b'], b: ['c'], c: ['a'], d: ['a'], e: ['e'], x: [] };
  const cycle = (name: string) => cycleThrough(name, (each) => after[each] ?? []);
  expect(cycle('a')).toEqual(['a', 'b', 'c', 'a']);
  expect(cycle('c')).toEqual(['c', 'a', 'b', 'c']);
  expect(cycle('e')).toEqual(['e', 'e']);
  expect(cycle('d')).toBeUndefined();
  expect(cycle('x')).toBeUndefined();
});

test('at the end whoever comes after goes before, and circles are cut', () => {
  const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 20 });
  fc.assert(
    fc.property(edges, (pairs) => {
      const vassals = Array.from({ length: 8 }, (_, index) => stub(String(index)));
      const former = (vassal: Stub) =>
        pairs.filter(([from]) => String(from) === vassal.name).flatMap(([, to]) => vassals[to] ?? []);
      const leaving = leavingOrder(vassals, former);
      const gone = new Set<Stub>();
      for (let round = 0; round < 8; round++)
        for (const vassal of vassals)
          if ((leaving.get(vassal) ?? []).every((each) => gone.has(each))) gone.add(vassal);
      expect(gone.size).toBe(8);
    }),
  );
  const [db, web] = [stub('db'), stub('web', ['db'])];
  expect(leavingOrder([db, web], (each) => (each === web ? [db] : [])).get(db)).toEqual([web]);
});

describe('families', () => {
  test('another number of them concerns the difference alone', () => {
    const families = new Families();
    expect(families.settle('web', ['web:1', 'web:2'])).toEqual({ gone: [], taken: [], kept: [] });
    expect(families.settle('web', ['web:1', 'web:2', 'web:3']).kept).toEqual(['web:1', 'web:2']);
    expect(families.settle('web', ['web:1'])).toMatchObject({ gone: ['web:2', 'web:3'], kept: ['web:1'] });
    expect(families.settle('web', ['web'])).toMatchObject({ gone: ['web:1'], kept: [] });
    expect(families.ownerOf('web:1')).toBeUndefined();
    expect(families.drop('web')).toEqual(['web']);
  });

  test('a name has one file, and the other one is remembered', () => {
    const families = new Families();
    families.settle('web:1', ['web:1']);
    expect(families.settle('web', ['web:1', 'web:2'])).toMatchObject({ taken: ['web:1'] });
    expect(families.membersOf('web')).toEqual(['web:2']);
    families.drop('web:1');
    expect(families.lacking('web:1')).toBe('web');
    expect(families.lacking('web:1')).toBeUndefined();
  });
});
