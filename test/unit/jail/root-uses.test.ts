// Who uses which directory of the host as a root, when removing is somebody else's affair.
import { expect, test, vi } from 'vitest';
import type { JailParts } from '../../../src/jail/jail.ts';
import { RootUses } from '../../../src/jail/root-uses.ts';

const world = vi.hoisted(() => ({ busy: false, removed: [] as string[] }));

vi.mock('../../../src/jail/unmake.ts', () => ({
  unmake: async (_parts: unknown, _name: string, targets: readonly { readonly path: string }[]) => {
    if (!world.busy) world.removed.push(...targets.map(({ path }) => path));
    return { busy: world.busy, failure: undefined };
  },
}));

const target = (path: string) => ({ kind: 'directory', root: '/r', path, identity: '0:1:2:0.0' }) as const;

test('a root that nobody uses any more, and where nothing is left, is forgotten', async () => {
  const uses = new RootUses({} as JailParts, undefined);
  for (const identity of ['one', 'other']) {
    uses.enter(identity);
    uses.made(identity, target(`/${identity}`));
    await uses.leave(identity, 'web');
  }
  expect(world.removed).toEqual(['/one', '/other']);
  expect(uses.record).toEqual([]);
});

test('what somebody else is in the way of stays known; who enters meanwhile is waited for', async () => {
  const uses = new RootUses({} as JailParts, undefined);
  uses.enter('one');
  uses.made('one', target('/kept'));
  world.busy = true;
  await uses.leave('one', 'web');
  expect(uses.record).toEqual([{ identity: 'one', targets: [target('/kept')] }]);
  uses.enter('one');
  world.busy = false;
  const leaving = uses.leave('one', 'web');
  uses.enter('one');
  await leaving;
  expect(world.removed).not.toContain('/kept');
  await uses.leave('one', 'web');
  expect(world.removed).toContain('/kept');
  expect(uses.record).toEqual([]);
});
