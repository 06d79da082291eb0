// Files that are being written: only what their writer has finished is ever told.
import { closeSync, openSync, renameSync, statSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { diskWith, started } from './recorder.ts';

const FILES = 40;
const HALF = '[vassal]\n';
const WHOLE = `${HALF}command = sleep 1\n`;

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** As an editor: truncates, pauses, writes a half, pauses, writes the rest. */
async function saveInSteps(path: string, gapMs: number, text: string): Promise<void> {
  const fd = openSync(path, 'w');
  await sleep(gapMs);
  writeSync(fd, text.slice(0, HALF.length));
  await sleep(gapMs);
  writeSync(fd, text.slice(HALF.length));
  closeSync(fd);
}

describe('with leases', () => {
  test.each([1, 5, 20, 40])('truncated, written in halves with %i ms between: never half', async (gapMs) => {
    const directory = tempDirectory();
    const paths = Array.from({ length: FILES }, (_, i) => join(directory, `v${i}.ini`));
    for (const path of paths) writeFileSync(path, 'old');
    const { recorder } = await started(directory);
    await Promise.all(paths.map((path) => saveInSteps(path, gapMs, WHOLE)));
    for (let i = 0; i < FILES; i++) await recorder.text(`v${i}`, WHOLE);
    for (let i = 0; i < FILES; i++) expect(new Set(recorder.texts(`v${i}`))).toEqual(new Set(['old', WHOLE]));
    expect(recorder.lines.filter((line) => !line.startsWith('changed'))).toEqual([]);
  });

  test('acts at once when the writer is done', async () => {
    const directory = tempDirectory();
    const { recorder } = await started(directory);
    const path = join(directory, 'web.ini');
    await saveInSteps(path, 30, WHOLE);
    const doneMs = performance.now();
    await recorder.text('web', WHOLE);
    expect(performance.now() - doneMs).toBeLessThan(130);
  });

  test('a file that somebody keeps open is told of as such, and read in the end', async () => {
    const directory = tempDirectory();
    const path = join(directory, 'web.ini');
    const fd = openSync(path, 'w');
    writeSync(fd, HALF);
    const { recorder } = await started(directory, { times: { busyMs: 100 } });
    expect(await recorder.failure('web')).toMatch(/open for writing/);
    closeSync(fd);
    await recorder.text('web', HALF);
    expect(recorder.lines).toEqual(['unreadable web', 'changed web']);
  });

  test('one that is kept open holds up no other', async () => {
    const directory = tempDirectory();
    const fd = openSync(join(directory, 'slow.ini'), 'w');
    writeSync(fd, HALF);
    const { recorder } = await started(directory);
    writeFileSync(join(directory, 'web.ini'), WHOLE);
    await recorder.text('web', WHOLE);
    expect(recorder.lines).toEqual(['changed web']);
    closeSync(fd);
  });

  test('a writer who takes his time is not asked at every write', async () => {
    const directory = tempDirectory();
    const fd = openSync(join(directory, 'web.ini'), 'w');
    let probes = 0;
    const probe = () => {
      probes++;
      return 'busy' as const;
    };
    await started(directory, { disk: diskWith(probe) });
    const writes = 500;
    for (let i = 0; i < writes; i++) {
      writeSync(fd, 'x');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(probes).toBeLessThan(writes / 4);
    closeSync(fd);
  });

  test('a new one renamed over one that is kept open is read at once', async () => {
    const directory = tempDirectory();
    const path = join(directory, 'web.ini');
    const fd = openSync(path, 'w');
    writeSync(fd, HALF);
    const { recorder } = await started(directory);
    writeFileSync(`${path}.tmp`, WHOLE);
    renameSync(`${path}.tmp`, path);
    await recorder.text('web', WHOLE);
    closeSync(fd);
  });
});

describe('an empty file', () => {
  test('waits for its content', async () => {
    const directory = tempDirectory();
    const { recorder } = await started(directory);
    const path = join(directory, 'web.ini');
    writeFileSync(path, '');
    await sleep(150);
    writeFileSync(path, WHOLE, { flag: 'a' });
    await recorder.text('web');
    expect(recorder.texts('web')).toEqual([WHOLE]);
    expect(recorder.lines).toEqual(['changed web']);
  });

  test('that stays so is called empty; what runs is not told to end', async () => {
    const directory = tempDirectory();
    const path = join(directory, 'web.ini');
    writeFileSync(path, 'one');
    const { monitor, recorder } = await started(directory, { times: { emptyMs: 100 } });
    writeFileSync(path, '');
    expect(await recorder.failure('web')).toBe('the file is empty');
    await monitor.rescan();
    writeFileSync(path, 'two');
    await recorder.text('web', 'two');
    expect(recorder.lines).toEqual(['changed web', 'unreadable web', 'changed web']);
  });
});

describe('where leases are not to be had', () => {
  const disk = diskWith(() => 'unsupported');

  test('a file is read when it has been still for 100 ms', async () => {
    const directory = tempDirectory();
    const { recorder } = await started(directory, { disk });
    const path = join(directory, 'web.ini');
    const fd = openSync(path, 'w');
    for (let i = 0; i < 6; i++) {
      writeSync(fd, `${i}`);
      await sleep(40);
    }
    closeSync(fd);
    const config = await recorder.text('web');
    expect(config.text).toBe('012345');
    expect(Date.now() - statSync(path).mtimeMs).toBeGreaterThanOrEqual(99);
  });

  test('a change of an old file that keeps its times is seen too', async () => {
    const directory = tempDirectory();
    const path = join(directory, 'web.ini');
    writeFileSync(path, 'one');
    utimesSync(path, 1000, 1000);
    const { recorder } = await started(directory, { disk });
    await recorder.text('web', 'one');
    writeFileSync(path, 'two');
    utimesSync(path, 1000, 1000);
    await recorder.text('web', 'two');
  });

  test('one that keeps changing is told of as such', async () => {
    const directory = tempDirectory();
    const path = join(directory, 'web.ini');
    writeFileSync(path, 'x');
    const timer = setInterval(() => writeFileSync(path, 'x', { flag: 'a' }), 30);
    const { recorder } = await started(directory, { disk, times: { busyMs: 300 } });
    expect(await recorder.failure('web')).toMatch(/keeps changing/);
    clearInterval(timer);
    await recorder.text('web');
  });
});
