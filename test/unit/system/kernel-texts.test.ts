// Parts of a long list that are under way when nobody wants them any more.
import { expect, onTestFinished, test } from 'vitest';
import { partsOf } from '../../../src/system/kernel-texts.ts';

test('one that fails then is nobody’s end', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', hear);
  onTestFinished(() => {
    process.off('unhandledRejection', hear);
    for (const other of others) process.on('unhandledRejection', other);
  });
  const parts = partsOf(new Array(200).fill(0), () => Promise.reject(new Error('no')));
  await expect(parts.next()).rejects.toThrow('no');
  await new Promise((resolve) => setImmediate(resolve));
  expect(unheard).toEqual([]);
});
