// Where on the host the mount targets are that a jail makes.
import { expect, test } from 'vitest';
import { onHost } from '../../../src/jail/rooted-jail.ts';
import { type Plan, type Step, step } from '../../../src/plan/step.ts';

const TARGET = { kind: 'directory', identity: '0:1:2:0.0' } as const;

function placeOf(path: string, ...steps: Step[]): string | undefined {
  const place = onHost({ steps } as unknown as Plan, steps.length, { ...TARGET, path });
  return place && `${place.root} ${place.path}`;
}

test('in the root, or in what was bound last above it', () => {
  const root = step('root-bind', ['/r']);
  const data = step('put-bind', ['/srv', '/data', 0]);
  expect(placeOf('//a/b', root)).toBe('/r /a/b');
  expect(placeOf('/data/x/y', root, data)).toBe('/srv /x/y');
  expect(placeOf('/database', root, data)).toBe('/r /database');
  expect(placeOf('/data', root, data)).toBe('/r /data');
  expect(placeOf('/data/x/y', root, data, step('put-bind', ['/deep', '/data/x', 0]))).toBe('/deep /y');
  expect(placeOf('/data/x/y', root, step('put-bind', ['/deep', '/data/x', 0]), data)).toBe('/srv /x/y');
  expect(placeOf('/x', root, step('put-bind', ['/all', '/', 0]))).toBe('/all /x');
  expect(placeOf('/x')).toBeUndefined();
});

test('in the upper layer of an overlay, whose device is its own', () => {
  const overlay = step('put-overlay', ['/low', '/up', '/work', '/o', 0]);
  const plan = { steps: [step('root-at', ['/r']), overlay] } as unknown as Plan;
  expect(onHost(plan, 2, { ...TARGET, path: '/o/a' })).toEqual({
    kind: 'directory',
    root: '/up',
    path: '/a',
    identity: '*:*:2:0.0',
  });
});

test('steps that come later do not count', () => {
  const steps = [step('root-at', ['/r']), step('put-bind', ['/srv', '/data', 0])];
  const place = onHost({ steps } as unknown as Plan, 1, { ...TARGET, path: '/data' });
  expect(place).toMatchObject({ root: '/r', path: '/data', identity: TARGET.identity });
});
