// Groups that end in one turn of the loop are ended together, and each is told of its own.
import { expect, test } from 'vitest';
import { GroupEnds } from '../../../src/system/cgroup-ends.ts';

test('those of a turn go together; what cannot be told is left out', async () => {
  const asked: string[] = [];
  const ends = new GroupEnds((paths, done) => {
    asked.push(paths);
    const numbers = paths.split('\0').flatMap((path) => (path === '/odd' ? [NaN, NaN, 16] : [7, 1, 0]));
    queueMicrotask(() => done(Float64Array.from(numbers)));
  });
  const fine = { cpuUsec: 7, oomKills: 1, errno: 0 };
  expect(await Promise.all(['/a', '/odd', '/b'].map((path) => ends.end(path)))).toEqual([
    fine,
    { cpuUsec: undefined, oomKills: undefined, errno: 16 },
    fine,
  ]);
  expect(await ends.end('/c')).toEqual(fine);
  expect(asked).toEqual(['/a\0/odd\0/b', '/c']);
});

test('where none can be ended all are told', async () => {
  const ends = new GroupEnds(() => {
    throw new Error('no thread');
  });
  const told = await Promise.allSettled([ends.end('/a'), ends.end('/b')]);
  expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
