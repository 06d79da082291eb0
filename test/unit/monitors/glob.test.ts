// A pattern as a source.
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openMonitor } from '../../../src/monitors/open.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { asNobody, asRoot } from './nobody.ts';
import { disk, started } from './recorder.ts';

function write(path: string, text = 'one'): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('glob://', () => {
  test('takes what matches, as .ini', async () => {
    const top = tempDirectory();
    for (const name of ['a1.ini', 'a2.ini', 'b1.ini', 'a3.conf', '.a4.ini']) write(join(top, name));
    const { recorder } = await started(`glob://${top}/a*`);
    expect(recorder.lines.toSorted()).toEqual(['changed a1', 'changed a2']);
    write(join(top, 'b2.ini'));
    write(join(top, 'a5.ini'));
    await recorder.text('a5');
    expect(recorder.lines).not.toContain('changed b2');
  });

  test('with wildcards in the middle: sites come, change, and go', async () => {
    const top = tempDirectory();
    write(join(top, 'one', 'etc', 'one.ini'));
    write(join(top, 'file'));
    write(join(top, '.hidden', 'etc', 'hidden.ini'));
    const { recorder } = await started(`glob://${top}/*/etc/*.ini`);
    expect(recorder.lines).toEqual(['changed one']);
    const two = write(join(top, 'two', 'etc', 'two.ini'));
    await recorder.text('two', 'one');
    writeFileSync(two, 'edited');
    await recorder.text('two', 'edited');
    mkdirSync(join(top, 'three'));
    write(join(top, 'three', 'etc', 'three.ini'));
    await recorder.text('three');
    rmSync(join(top, 'two'), { recursive: true });
    expect(await recorder.gone('two')).toBe(two);
    expect(recorder.lines.filter((line) => line.startsWith('trouble'))).toEqual([]);
  });

  test('a site that is a link and is pointed elsewhere', async () => {
    const top = tempDirectory();
    write(join(top, 'v1', 'web.ini'), 'one');
    write(join(top, 'v2', 'web.ini'), 'two');
    mkdirSync(join(top, 'sites'));
    symlinkSync('../v1', join(top, 'sites', 'web'));
    const { recorder } = await started(`glob://${top}/sites/*/web.ini`);
    expect(recorder.texts('web')).toEqual(['one']);
    symlinkSync('../v2', join(top, 'sites', 'tmp'));
    renameSync(join(top, 'sites', 'tmp'), join(top, 'sites', 'web'));
    await recorder.text('web', 'two');
    writeFileSync(join(top, 'v2', 'web.ini'), 'three');
    await recorder.text('web', 'three');
    write(join(top, 'v3', 'web.ini'), 'four');
    symlinkSync('../v3', join(top, 'sites', 'another'));
    await recorder.text('web', 'four');
    expect(recorder.lines.filter((line) => line !== 'changed web')).toEqual([]);
  });

  test('where it begins is missing: that is trouble, and nothing is removed', async () => {
    const top = tempDirectory();
    write(join(top, 'sites', 'web', 'web.ini'));
    const { recorder } = await started(`glob://${top}/sites/*/*.ini`);
    renameSync(join(top, 'sites'), join(top, 'away'));
    await recorder.troubled(/sites cannot be read: ENOENT/);
    renameSync(join(top, 'away'), join(top, 'sites'));
    await recorder.troubled(null);
    expect(recorder.lines.filter((line) => line.startsWith('removed'))).toEqual([]);
  });

  test('a site that nobody may read keeps its vassals', async () => {
    const top = tempDirectory();
    chmodSync(top, 0o755);
    write(join(top, 'one', 'one.ini'));
    write(join(top, 'two', 'two.ini'));
    await asNobody(async () => {
      const { monitor, recorder } = await started(`glob://${top}/*/*.ini`);
      await recorder.text('one');
      await recorder.text('two');
      asRoot(() => {
        chmodSync(join(top, 'one'), 0);
        unlinkSync(join(top, 'two', 'two.ini'));
      });
      await recorder.troubled(/one cannot be read: EACCES/);
      await recorder.gone('two');
      await monitor.rescan();
      expect(recorder.lines.filter((line) => line.endsWith('one'))).toEqual(['changed one']);
      asRoot(() => chmodSync(join(top, 'one'), 0o755));
    });
  });

  test('two files of the same name: both are told, and the second again when the first is gone', async () => {
    const top = tempDirectory();
    const first = write(join(top, 'a', 'web.ini'), 'first');
    const second = write(join(top, 'b', 'web.ini'), 'second');
    const { recorder } = await started(`glob://${top}/*/web.ini`);
    expect(recorder.texts('web').toSorted()).toEqual(['first', 'second']);
    recorder.forget();
    unlinkSync(first);
    expect(await recorder.gone('web')).toBe(first);
    expect((await recorder.text('web')).path).toBe(second);
    expect(recorder.lines).toEqual(['removed web', 'changed web']);
  });
});

describe('a plain path', () => {
  test('with wildcards is a pattern', async () => {
    const top = tempDirectory();
    write(join(top, 'a.ini'));
    const { recorder } = await started(`${top}/[ab].ini`);
    expect(recorder.lines).toEqual(['changed a']);
  });

  test('with wildcards that is a directory is a directory', async () => {
    const top = tempDirectory();
    write(join(top, '[x]', 'a.ini'));
    const { recorder } = await started(join(top, '[x]'));
    expect(recorder.lines).toEqual(['changed a']);
  });

  test('of a file is that file alone', async () => {
    const top = tempDirectory();
    write(join(top, 'a.ini'));
    write(join(top, 'b.ini'));
    const { recorder } = await started(join(top, 'a.ini'));
    writeFileSync(join(top, 'b.ini'), 'edited');
    writeFileSync(join(top, 'a.ini'), 'edited');
    await recorder.text('a', 'edited');
    expect(recorder.lines).toEqual(['changed a', 'changed a']);
  });
});

test('dir:// is a directory, with a slash at the end too', async () => {
  const top = tempDirectory();
  write(join(top, 'a.ini'));
  const { monitor, recorder } = await started(`dir://${top}/`);
  expect(recorder.told).toMatchObject([{ config: { path: join(top, 'a.ini'), directory: top } }]);
  expect(monitor.source).toBe(`dir://${top}/`);
});

test('another scheme is refused with a reason', () => {
  expect(() => openMonitor('zmq://x', { freqMs: 1, nofollow: false, disk })).toThrow(
    /dir:\/\/ and glob:\/\//,
  );
});
