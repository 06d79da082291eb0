// When the source as a whole is in trouble: inotify fails, or most files are gone.
import { rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { WatchDirectory } from '../../../src/monitors/hint.ts';
import { Troubles } from '../../../src/monitors/troubles.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { started } from './recorder.ts';

/** Never hints at anything; fails with `code` as long as that is set. */
class FakeInotify {
  code: string | undefined;
  tries = 0;
  readonly hints = new Map<string, (entry: string | null) => void>();

  constructor(code?: string) {
    this.code = code;
  }

  readonly watch: WatchDirectory = (directory, { hint, failed }) => {
    this.tries++;
    this.hints.set(directory, hint);
    const ready = Promise.resolve().then(() => {
      if (this.code !== undefined) failed(Object.assign(new Error(this.code), { code: this.code }));
    });
    return { ready, close: async () => {} };
  };
}

describe('inotify', () => {
  test.each([
    ['ENOSPC', /no inotify watch is left \(ENOSPC\): raise .*max_user_watches; looking every 0.05 s instead/],
    ['EMFILE', /no inotify instance is left \(EMFILE\): .*max_user_instances/],
    ['ENOSYS', /changes cannot be watched \(ENOSYS\)/],
  ])('fails with %s: said once, polled, tried again, and said when it works', async (code, message) => {
    const directory = tempDirectory();
    const inotify = new FakeInotify(code);
    const web = join(directory, 'web.ini');
    writeFileSync(web, 'one');
    const times = { pollMs: 50, rewatchMs: 300 };
    const { recorder } = await started(directory, { watch: inotify.watch, times });
    await recorder.troubled(message);
    writeFileSync(web, 'two');
    await recorder.text('web', 'two');
    unlinkSync(web);
    await recorder.gone('web');
    writeFileSync(web, 'three');
    await recorder.text('web', 'three');
    expect(recorder.lines.filter((line) => line.startsWith('trouble'))).toHaveLength(1);
    inotify.code = undefined;
    await recorder.troubled(null);
    expect(inotify.tries).toBeLessThan(30);
    recorder.forget();
    writeFileSync(web, 'four');
    inotify.hints.get(directory)?.('web.ini');
    await recorder.text('web', 'four');
  });

  test('fails for lack of permission on a directory above: that is not our trouble', async () => {
    const directory = tempDirectory();
    const { recorder } = await started(directory, { watch: new FakeInotify('EACCES').watch });
    expect(recorder.lines).toEqual([]);
  });

  test('fails later on', async () => {
    const directory = tempDirectory();
    let failed: ((error: Error) => void) | undefined;
    const watch: WatchDirectory = (path, events) => {
      if (path === directory) failed = events.failed;
      return { ready: Promise.resolve(), close: async () => {} };
    };
    const { monitor, recorder } = await started(directory, { watch, times: { pollMs: 50 } });
    failed?.(Object.assign(new Error('EMFILE'), { code: 'EMFILE' }));
    await monitor.rescan();
    await recorder.troubled(/EMFILE/);
    writeFileSync(join(directory, 'web.ini'), 'one');
    await recorder.text('web');
  });

  test('says nothing at all: the safety rescan finds everything', async () => {
    const directory = tempDirectory();
    const web = join(directory, 'web.ini');
    const { recorder } = await started(directory, { watch: new FakeInotify().watch, freqMs: 50 });
    writeFileSync(web, 'one');
    await recorder.text('web', 'one');
    writeFileSync(web, 'two');
    await recorder.text('web', 'two');
    unlinkSync(web);
    await recorder.gone('web');
  });
});

describe('hints', () => {
  test('that were lost are made good soon after one that was not', async () => {
    const directory = tempDirectory();
    const inotify = new FakeInotify();
    for (const name of ['a', 'b']) writeFileSync(join(directory, `${name}.ini`), 'one');
    const { recorder } = await started(directory, { watch: inotify.watch });
    for (const name of ['a', 'b']) writeFileSync(join(directory, `${name}.ini`), 'two');
    inotify.hints.get(directory)?.('a.ini');
    await recorder.text('b', 'two');
    expect(recorder.texts('a')).toEqual(['one', 'two']);
  });

  test('at the directory itself: it is watched anew', async () => {
    const directory = tempDirectory();
    const inotify = new FakeInotify();
    const { monitor } = await started(directory, { watch: inotify.watch });
    const tries = inotify.tries;
    await monitor.rescan();
    expect(inotify.tries).toBe(tries);
    inotify.hints.get(directory)?.(null);
    await monitor.rescan();
    expect(inotify.tries).toBe(tries + 1);
  });
});

describe('most of ten or more files gone at once', () => {
  const massMs = 300;

  async function withTen() {
    const directory = tempDirectory();
    const paths = Array.from({ length: 10 }, (_, i) => join(directory, `v${i}.ini`));
    for (const path of paths) writeFileSync(path, path);
    const { monitor, recorder } = await started(directory, { times: { massMs } });
    recorder.forget();
    return { directory, paths, monitor, recorder };
  }

  test('are believed only after a while, which is said', async () => {
    const { directory, paths, recorder } = await withTen();
    for (const path of paths.slice(2)) unlinkSync(path);
    await recorder.troubled(/.*: 8 of 10 files are gone: waiting 0.3 s before believing it/);
    const saidMs = performance.now();
    writeFileSync(join(directory, 'v0.ini'), 'edited');
    await recorder.text('v0', 'edited');
    await recorder.gone('v9');
    expect(performance.now() - saidMs).toBeGreaterThan(massMs - 20);
    await recorder.troubled(null);
    for (let i = 2; i < 10; i++) await recorder.gone(`v${i}`);
    expect(recorder.lines).toHaveLength(11);
  });

  test('that come back are not removed', async () => {
    const { paths, recorder } = await withTen();
    for (const path of paths.slice(2)) unlinkSync(path);
    await recorder.troubled(/8 of 10/);
    for (const path of paths.slice(3)) writeFileSync(path, path);
    await recorder.gone('v2');
    await recorder.troubled(null);
    expect(recorder.lines.filter((line) => line.startsWith('removed'))).toEqual(['removed v2']);
  });

  test('are not removed by an operator’s rescan either', async () => {
    const { paths, monitor, recorder } = await withTen();
    for (const path of paths) rmSync(path);
    await monitor.rescan();
    await monitor.rescan();
    expect(recorder.lines).toEqual([expect.stringContaining('10 of 10 files are gone')]);
    await recorder.gone('v0');
  });

  test('half of them are believed at once', async () => {
    const { paths, monitor, recorder } = await withTen();
    for (const path of paths.slice(5)) unlinkSync(path);
    await monitor.rescan();
    expect(recorder.lines.toSorted()).toEqual([5, 6, 7, 8, 9].map((i) => `removed v${i}`));
  });
});

test('several troubles: each is told once, the end when all are over', () => {
  const told: (string | null)[] = [];
  const troubles = new Troubles((message) => told.push(message));
  troubles.set('a', null);
  troubles.set('a', 'first');
  troubles.set('a', 'first');
  troubles.set('b', 'second');
  troubles.set('b', null);
  troubles.set('a', null);
  expect(told).toEqual(['first', 'second', 'first', null]);
});
