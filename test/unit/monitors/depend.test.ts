// Files that a vassal was made of besides its own.
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { started } from './recorder.ts';

async function withWeb() {
  const directory = tempDirectory();
  const elsewhere = tempDirectory();
  const common = join(elsewhere, 'common.ini');
  writeFileSync(common, 'one');
  for (const name of ['web', 'api']) writeFileSync(join(directory, `${name}.ini`), name);
  const { monitor, recorder } = await started(directory);
  const depend = async (...files: string[]) => {
    monitor.depend('web', files);
    await monitor.rescan();
    recorder.forget();
  };
  return { directory, elsewhere, common, monitor, recorder, depend };
}

describe('a vassal is told of again when a file that it depends on', () => {
  test('changes: the same text, a new version', async () => {
    const { common, recorder, depend } = await withWeb();
    const before = await recorder.text('web');
    await depend(common);
    writeFileSync(common, 'two');
    const after = await recorder.text('web');
    expect(after).toMatchObject({ text: before.text, identity: before.identity, path: before.path });
    expect(after.version).not.toBe(before.version);
    recorder.forget();
    writeFileSync(common, 'three');
    expect((await recorder.text('web')).version).not.toBe(after.version);
    expect(recorder.lines).not.toContain('changed api');
  });

  test('vanishes, and comes back', async () => {
    const { common, recorder, depend } = await withWeb();
    await depend(common);
    unlinkSync(common);
    await recorder.text('web');
    recorder.forget();
    writeFileSync(common, 'two');
    await recorder.text('web');
  });

  test('appears where there was not even a directory', async () => {
    const { elsewhere, recorder, depend } = await withWeb();
    const file = join(elsewhere, 'a', 'b', 'env');
    await depend(file);
    mkdirSync(join(elsewhere, 'a', 'b'), { recursive: true });
    writeFileSync(file, 'A=1');
    await recorder.text('web');
    recorder.forget();
    writeFileSync(file, 'A=2');
    await recorder.text('web');
  });

  test('is a link and is pointed elsewhere, or its target edited', async () => {
    const { elsewhere, common, recorder, depend } = await withWeb();
    const link = join(elsewhere, 'link');
    symlinkSync(common, link);
    await depend(link);
    writeFileSync(common, 'two');
    await recorder.text('web');
    recorder.forget();
    writeFileSync(join(elsewhere, 'other'), 'other');
    symlinkSync('other', `${link}.tmp`);
    renameSync(`${link}.tmp`, link);
    await recorder.text('web');
  });

  test('is in the watched directory itself, and a config of its own', async () => {
    const { directory, recorder, depend } = await withWeb();
    await depend(join(directory, 'api.ini'));
    writeFileSync(join(directory, 'api.ini'), 'edited');
    await recorder.text('web');
    await recorder.text('api', 'edited');
  });

  test('was changed between being read and being named', async () => {
    const { common, monitor, recorder } = await withWeb();
    await recorder.text('web');
    recorder.forget();
    await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(common, 'later');
    monitor.depend('web', [common]);
    await recorder.text('web');
    recorder.forget();
    monitor.depend('web', [common]);
    await monitor.rescan();
    expect(recorder.lines).toEqual([]);
  });

  test('each of a hundred vassals, of one file', async () => {
    const directory = tempDirectory();
    const common = join(tempDirectory(), 'common.ini');
    writeFileSync(common, 'one');
    for (let i = 0; i < 100; i++) writeFileSync(join(directory, `v${i}.ini`), `${i}`);
    const { monitor, recorder } = await started(directory);
    for (let i = 0; i < 100; i++) monitor.depend(`v${i}`, [common]);
    await monitor.rescan();
    recorder.forget();
    writeFileSync(common, 'two');
    for (let i = 0; i < 100; i++) await recorder.text(`v${i}`);
    await monitor.rescan();
    expect(recorder.lines).toHaveLength(100);
  });
});

describe('a vassal is left alone when', () => {
  test('the file is chmodded', async () => {
    const { common, monitor, recorder, depend } = await withWeb();
    await depend(common);
    chmodSync(common, 0o600);
    await monitor.rescan();
    expect(recorder.lines).toEqual([]);
    utimesSync(common, 1000, 1000);
    await recorder.text('web');
  });

  test('it depends on others by now', async () => {
    const { elsewhere, common, monitor, recorder, depend } = await withWeb();
    await depend(common);
    await depend(join(elsewhere, 'other'));
    writeFileSync(common, 'two');
    await monitor.rescan();
    expect(recorder.lines).toEqual([]);
    writeFileSync(join(elsewhere, 'other'), 'two');
    await recorder.text('web');
  });

  test('it is gone', async () => {
    const { directory, common, monitor, recorder, depend } = await withWeb();
    await depend(common);
    rmSync(join(directory, 'web.ini'));
    await recorder.gone('web');
    writeFileSync(common, 'two');
    await monitor.rescan();
    expect(recorder.lines).toEqual(['removed web']);
    monitor.depend('web', [common]);
    monitor.depend('nobody', [common]);
    writeFileSync(common, 'three');
    await monitor.rescan();
    expect(recorder.lines).toEqual(['removed web']);
  });

  test('its own file is named: one change is one change', async () => {
    const { directory, monitor, recorder, depend } = await withWeb();
    await depend(join(directory, 'web.ini'));
    writeFileSync(join(directory, 'web.ini'), 'two');
    await recorder.text('web');
    await monitor.rescan();
    expect(recorder.lines).toEqual(['changed web']);
  });
});
