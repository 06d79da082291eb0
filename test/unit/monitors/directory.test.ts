// The watched directory itself: what chokidar alone misses when it is removed, moved or pointed elsewhere.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { asNobody, asRoot } from './nobody.ts';
import { type Recorder, started } from './recorder.ts';

function makeDirectory(path: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, `${name}.ini`), text);
  return path;
}

async function withDirectory(files: Readonly<Record<string, string>> = { web: 'one', api: 'one' }) {
  const directory = makeDirectory(join(tempDirectory(), 'vassals'), files);
  return { directory, ...(await started(directory)) };
}

/** It is watched as before. */
async function expectAlive(directory: string, recorder: Recorder): Promise<void> {
  writeFileSync(join(directory, 'new.ini'), 'new');
  await recorder.text('new', 'new');
  writeFileSync(join(directory, 'new.ini'), 'edited');
  await recorder.text('new', 'edited');
  rmSync(join(directory, 'new.ini'));
  await recorder.gone('new');
}

describe('the directory', () => {
  test('removed and made again at once', async () => {
    const { directory, recorder } = await withDirectory();
    rmSync(directory, { recursive: true });
    makeDirectory(directory, { web: 'two', added: 'added' });
    await recorder.text('web', 'two');
    await recorder.text('added', 'added');
    await recorder.gone('api');
    await expectAlive(directory, recorder);
  });

  test('removed and made again, with two monitors on it', async () => {
    const { directory, recorder } = await withDirectory();
    const { recorder: other } = await started(directory);
    for (const text of ['two', 'three']) {
      rmSync(directory, { recursive: true });
      makeDirectory(directory, { web: text });
      await recorder.text('web', text);
      await other.text('web', text);
    }
    await recorder.gone('api');
    await other.gone('api');
    writeFileSync(join(directory, 'new.ini'), 'new');
    await recorder.text('new', 'new');
    await other.text('new', 'new');
  });

  test('removed: everything stays, and it is said once; made again: the differences', async () => {
    const { directory, recorder } = await withDirectory();
    rmSync(directory, { recursive: true });
    const message = await recorder.troubled(/vassals cannot be read: ENOENT/);
    expect(message).toBe(`${directory} cannot be read: ENOENT: no such file or directory; what runs goes on`);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(recorder.lines.slice(2)).toEqual([`trouble ${message}`]);
    makeDirectory(directory, { web: 'two' });
    await recorder.text('web', 'two');
    await recorder.gone('api');
    expect(recorder.lines).toContain('trouble null');
    await expectAlive(directory, recorder);
  });

  test('is found at once when it is back', async () => {
    const { directory, recorder } = await withDirectory();
    rmSync(directory, { recursive: true });
    await recorder.troubled(/ENOENT/);
    const beganMs = performance.now();
    makeDirectory(directory, { web: 'two' });
    await recorder.text('web', 'two');
    expect(performance.now() - beganMs).toBeLessThan(500);
  });

  test('moved away, another moved in', async () => {
    const { directory, recorder } = await withDirectory();
    makeDirectory(`${directory}.new`, { web: 'two', added: 'added' });
    renameSync(directory, `${directory}.old`);
    renameSync(`${directory}.new`, directory);
    await recorder.text('web', 'two');
    await recorder.text('added');
    await recorder.gone('api');
    recorder.forget();
    writeFileSync(join(`${directory}.old`, 'stranger.ini'), 'stranger');
    await expectAlive(directory, recorder);
    expect(recorder.lines).not.toContain('changed stranger');
  });

  test('that is a link and is pointed elsewhere', async () => {
    const top = tempDirectory();
    const link = join(top, 'current');
    makeDirectory(join(top, 'v1'), { web: 'one', api: 'one' });
    makeDirectory(join(top, 'v2'), { web: 'two', added: 'added' });
    symlinkSync('v1', link);
    const { recorder } = await started(link);
    expect(recorder.texts('web')).toEqual(['one']);
    symlinkSync('v2', `${link}.tmp`);
    renameSync(`${link}.tmp`, link);
    await recorder.text('web', 'two');
    await recorder.text('added');
    await recorder.gone('api');
    await expectAlive(link, recorder);
  });

  test('missing at start, with all directories above it: start() resolves', async () => {
    const top = tempDirectory();
    const directory = join(top, 'a', 'b', 'vassals');
    const { recorder } = await started(directory);
    expect(recorder.lines).toEqual([`trouble ${await recorder.troubled(/ENOENT/)}`]);
    makeDirectory(directory, { web: 'one' });
    await recorder.text('web', 'one');
    await recorder.troubled(null);
    await expectAlive(directory, recorder);
  });

  test('that is a file', async () => {
    const path = join(tempDirectory(), 'vassals');
    writeFileSync(path, '');
    const { recorder } = await started(`dir://${path}`);
    await recorder.troubled(/ENOTDIR/);
    rmSync(path);
    makeDirectory(path, { web: 'one' });
    await recorder.text('web');
  });

  test('that nobody may read: everything stays', async () => {
    const { directory, monitor, recorder } = await withDirectory();
    chmodSync(join(directory, '..'), 0o755);
    await asNobody(async () => {
      asRoot(() => {
        // Nobody can tell who writes, so that it is looked at again.
        writeFileSync(join(directory, 'web.ini'), 'half');
        chmodSync(directory, 0);
      });
      await recorder.troubled(/EACCES: permission denied/);
      await new Promise((resolve) => setTimeout(resolve, 150));
      await monitor.rescan();
      asRoot(() => chmodSync(directory, 0o755));
      await recorder.troubled(null);
    });
    expect(recorder.lines.filter((line) => /removed|unreadable/.test(line))).toEqual([]);
    await expectAlive(directory, recorder);
  });

  test('that may be listed but not entered: each file is shown as unreadable', async () => {
    const { directory, recorder } = await withDirectory();
    chmodSync(join(directory, '..'), 0o755);
    await asNobody(async () => {
      asRoot(() => chmodSync(directory, 0o644));
      expect(await recorder.failure('web')).toBe('EACCES: permission denied');
      await recorder.failure('api');
    });
    chmodSync(directory, 0o755);
    recorder.forget();
    await recorder.text('web', 'one');
    await recorder.text('api', 'one');
  });

  test('with another file system mounted over it', async ({ skip }) => {
    const { directory, recorder } = await withDirectory();
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'none', directory], { stdio: 'ignore' });
    } catch {
      skip('mounts are not to be had');
    }
    try {
      // No event tells of a mount: this is what the safety rescan is for.
      writeFileSync(join(directory, 'web.ini'), 'two');
      const { recorder: other } = await started(directory, { freqMs: 50 });
      expect(other.texts('web')).toEqual(['two']);
      execFileSync('umount', [directory]);
      await other.text('web', 'one');
      await other.text('api', 'one');
      await expectAlive(directory, other);
    } finally {
      execFileSync('sh', ['-c', `umount ${directory} 2>/dev/null || true`]);
    }
    expect(recorder.lines.slice(0, 2)).toHaveLength(2);
  });
});
