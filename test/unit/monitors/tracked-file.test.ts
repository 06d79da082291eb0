// The memory of one file, and the small things that it and the others are made of.
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { MonitorOptions } from '../../../src/monitors/options.ts';
import { sight } from '../../../src/monitors/sight.ts';
import { isFresh } from '../../../src/monitors/signature.ts';
import { Timers } from '../../../src/monitors/timers.ts';
import { TrackedFile } from '../../../src/monitors/tracked-file.ts';
import { Worker } from '../../../src/monitors/worker.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { disk, diskWith } from './recorder.ts';

const OPTIONS: MonitorOptions = { freqMs: 1000, nofollow: false, disk };

/** Read so long after its change. */
async function withFile(afterMs = 0) {
  const path = join(tempDirectory(), 'web.ini');
  writeFileSync(path, 'one');
  const file = new TrackedFile(path, OPTIONS);
  const sighting = await sight(path, false, disk);
  if (sighting.kind !== 'there') throw new Error('unreachable');
  const changedMs = Number(sighting.target.ctimeNs / 1_000_000n);
  vi.spyOn(Date, 'now').mockReturnValue(changedMs + afterMs);
  const first = await file.look(sighting);
  vi.restoreAllMocks();
  return { path, file, sighting, first };
}

describe('a file that looks the same', () => {
  test('is read again when it was read just after its change: the clock of the kernel is coarse', async () => {
    const { path, file, sighting, first } = await withFile();
    expect(first.result?.kind).toBe('text');
    writeFileSync(path, 'two');
    expect((await file.look(sighting)).result).toMatchObject({ kind: 'text', bytes: Buffer.from('two') });
  });

  test('is not read again when that was long ago', async () => {
    const { path, file, sighting } = await withFile(10_000);
    writeFileSync(path, 'two');
    expect(await file.look(sighting)).toEqual({});
  });

  test('is new when it is to be forgotten', async () => {
    const { path, file } = await withFile(10_000);
    expect(await file.look(await sight(path, false, disk))).toEqual({});
    file.forget();
    expect((await file.look(await sight(path, false, disk))).result?.kind).toBe('text');
  });
});

test('a text after a failure is new, the same one too', async () => {
  const { file, sighting } = await withFile();
  expect((await file.look({ kind: 'gone' })).result).toEqual({ kind: 'gone' });
  expect(await file.look({ kind: 'gone' })).toEqual({});
  expect((await file.look(sighting)).result?.kind).toBe('text');
});

test('a file that was called busy is told as a text when it is free again, the same one too', async () => {
  const path = join(tempDirectory(), 'web.ini');
  writeFileSync(path, 'one');
  let lease: 'free' | 'busy' = 'free';
  const options = { ...OPTIONS, disk: diskWith(() => lease), times: { busyMs: 0 } };
  const file = new TrackedFile(path, options);
  const before = await sight(path, false, disk);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 10_000);
  await file.look(before);
  vi.restoreAllMocks();
  chmodSync(path, 0o600);
  lease = 'busy';
  expect((await file.look(await sight(path, false, disk))).result?.kind).toBe('failure');
  lease = 'free';
  expect((await file.look(before)).result?.kind).toBe('text');
});

test('what has become a link since it was seen is not opened with nofollow', async () => {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'secret'), 'secret');
  writeFileSync(join(directory, 'plain'), 'one');
  symlinkSync('secret', join(directory, 'web.ini'));
  const file = new TrackedFile(join(directory, 'web.ini'), { ...OPTIONS, nofollow: true });
  const look = await file.look(await sight(join(directory, 'plain'), true, disk));
  expect(look.result).toMatchObject({ kind: 'failure', message: expect.stringContaining('ELOOP') });
});

test('fresh is what changed less than 20 ms ago, or in the future', () => {
  const at = (ctimeNs: bigint) => isFresh({ dev: 1n, ino: 1n, size: 1n, mtimeNs: 1n, ctimeNs }, 1000);
  expect([at(979_999_999n), at(980_000_001n), at(1_000_000_000n), at(2_000_000_000n)]).toEqual([
    false,
    true,
    true,
    true,
  ]);
});

test('of two timers for one key the sooner counts', async () => {
  const timers = new Timers<string>();
  const fired: string[] = [];
  await new Promise<void>((resolve) => {
    timers.set('a', 60_000, () => fired.push('late'));
    timers.set('a', 5, () => {
      fired.push('soon');
      resolve();
    });
    timers.set('a', 50, () => fired.push('between'));
  });
  timers.set('a', 1, () => fired.push('after the end'));
  timers.end();
  timers.set('a', 1, () => fired.push('after the end'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(fired).toEqual(['soon']);
});

describe('a worker', () => {
  test('woken a thousand times in one turn does one step', async () => {
    let steps = 0;
    const worker = new Worker({
      step: async () => {
        steps++;
        return false;
      },
      isDone: () => true,
    });
    for (let i = 0; i < 1000; i++) worker.wake();
    await worker.whenDone();
    expect(steps).toBe(1);
  });

  test('woken during a step does another', async () => {
    let steps = 0;
    const worker: Worker = new Worker({
      step: async () => {
        if (++steps === 1) worker.wake();
        await Promise.resolve();
        return false;
      },
      isDone: () => true,
    });
    await worker.whenDone();
    expect(steps).toBe(2);
  });

  test('that is ended keeps nobody waiting', async () => {
    const worker = new Worker({ step: () => new Promise(() => {}), isDone: () => false });
    const done = worker.whenDone();
    await new Promise((resolve) => setImmediate(resolve));
    worker.end();
    await done;
    await worker.whenDone();
  });
});
