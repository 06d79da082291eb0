// A directory as a source: what counts as a change, and what does not.
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Monitor } from '../../../src/monitors/monitor.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { type Recorder, started } from './recorder.ts';

async function withWeb(text = 'one'): Promise<{
  directory: string;
  web: string;
  monitor: Monitor;
  recorder: Recorder;
}> {
  const directory = tempDirectory();
  const web = join(directory, 'web.ini');
  writeFileSync(web, text);
  const { monitor, recorder } = await started(directory);
  return { directory, web, monitor, recorder };
}

/** All that happened before this file came is told when this file is. */
async function sentinel(directory: string, monitor: Monitor, recorder: Recorder): Promise<void> {
  writeFileSync(join(directory, 'sentinel.ini'), 's');
  await recorder.text('sentinel');
  await monitor.rescan();
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

describe('the first scan', () => {
  test('tells of every config before start() resolves', async () => {
    const { web, recorder } = await withWeb('[vassal]\ncommand = x\n');
    expect(recorder.lines).toEqual(['changed web']);
    const stats = statSync(web);
    expect(recorder.told[0]).toMatchObject({
      config: {
        name: 'web',
        path: web,
        text: '[vassal]\ncommand = x\n',
        identity: `${stats.dev}:${stats.ino}`,
        target: `${stats.dev}:${stats.ino}`,
        uid: stats.uid,
        gid: stats.gid,
        directory: web.slice(0, web.lastIndexOf('/')),
      },
    });
  });

  test('takes only files that end in .ini, and none that begin with a dot', async () => {
    const directory = tempDirectory();
    const others = [
      'web.ini~',
      '.web.ini.swp',
      'web.ini.swp',
      'web.tmp',
      '.#web.ini',
      '.hidden.ini',
      'web.yaml',
      '.ini',
    ];
    for (const name of [...others, 'a.ini', 'b c.ini', 'ü.ini', 'x.ini.ini'])
      writeFileSync(join(directory, name), name);
    mkdirSync(join(directory, 'sub.ini'));
    const { recorder } = await started(directory);
    expect(recorder.lines.toSorted()).toEqual(['changed a', 'changed b c', 'changed x.ini', 'changed ü']);
  });

  test('takes text that is not UTF-8 with replacement characters, NUL as it is', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'web.ini'), Buffer.from([0x61, 0xff, 0x00, 0x62]));
    const { recorder } = await started(directory);
    expect(recorder.texts('web')).toEqual(['a\ufffd\u0000b']);
  });

  test('of 1000 files, one after the other as they are read', async () => {
    const directory = tempDirectory();
    for (let i = 0; i < 1000; i++) writeFileSync(join(directory, `v${i}.ini`), `${i}`);
    const { recorder } = await started(directory);
    expect(new Set(recorder.lines).size).toBe(1000);
    expect(recorder.texts('v999')).toEqual(['999']);
  });
});

describe('a change is', () => {
  test('an edit in place', async () => {
    const { web, recorder } = await withWeb();
    writeFileSync(web, 'two');
    await recorder.text('web', 'two');
  });

  test('a file that is renamed over it', async () => {
    const { web, recorder } = await withWeb();
    replace(web, 'two');
    await recorder.text('web', 'two');
  });

  test('an edit of which size and time of modification do not tell', async () => {
    const { web, recorder } = await withWeb('one');
    const { atime, mtime } = statSync(web);
    writeFileSync(web, 'two');
    utimesSync(web, atime, mtime);
    await recorder.text('web', 'two');
  });

  test('two edits within a second, both', async () => {
    const { web, recorder } = await withWeb();
    replace(web, 'two');
    await recorder.text('web', 'two');
    replace(web, 'six');
    await recorder.text('web', 'six');
  });

  test('many edits within one tick of the clock, the last of them at any rate', async () => {
    const { web, recorder } = await withWeb();
    for (let i = 100; i < 200; i++) {
      writeFileSync(web, `${i}`);
      if (i % 10 === 0) await recorder.wait('anything', () => true);
    }
    await recorder.text('web', '199');
  });

  test('an older time of modification', async () => {
    const { web, recorder } = await withWeb();
    writeFileSync(`${web}.tmp`, 'old');
    utimesSync(`${web}.tmp`, 1000, 1000);
    renameSync(`${web}.tmp`, web);
    await recorder.text('web', 'old');
  });

  test('a touch, with a new version of the same text', async () => {
    const { web, recorder } = await withWeb();
    const before = await recorder.text('web');
    recorder.forget();
    utimesSync(web, 2000, 2000);
    const after = await recorder.text('web');
    expect(after.text).toBe(before.text);
    expect(after.version).not.toBe(before.version);
  });

  test('a copy with the same times, name and text (cp -p): the file is another', async () => {
    const { web, recorder } = await withWeb();
    const { atime, mtime } = statSync(web);
    const before = await recorder.text('web');
    recorder.forget();
    copyFileSync(web, `${web}.tmp`);
    utimesSync(`${web}.tmp`, atime, mtime);
    renameSync(`${web}.tmp`, web);
    const after = await recorder.text('web');
    expect(after.identity).not.toBe(before.identity);
    expect(after.version).not.toBe(before.version);
  });

  test('a new owner, where the owner matters', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root');
    const directory = tempDirectory();
    const web = join(directory, 'web.ini');
    writeFileSync(web, 'one');
    const { recorder } = await started(directory, { ownerMatters: true });
    recorder.forget();
    chownSync(web, 12345, 54321);
    expect(await recorder.text('web')).toMatchObject({ uid: 12345, gid: 54321 });
  });
});

describe('no change is', () => {
  test('chmod', async () => {
    const { directory, web, monitor, recorder } = await withWeb();
    recorder.forget();
    chmodSync(web, 0o600);
    await sentinel(directory, monitor, recorder);
    expect(recorder.lines).toEqual(['changed sentinel']);
  });

  test('chown, where the owner does not matter', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root');
    const { directory, web, monitor, recorder } = await withWeb();
    recorder.forget();
    chownSync(web, 12345, 54321);
    await sentinel(directory, monitor, recorder);
    expect(recorder.lines).toEqual(['changed sentinel']);
  });

  test('a second name of the same file elsewhere', async () => {
    const { directory, web, monitor, recorder } = await withWeb();
    recorder.forget();
    linkSync(web, join(directory, 'kept'));
    await sentinel(directory, monitor, recorder);
    expect(recorder.lines).toEqual(['changed sentinel']);
  });

  test('to read it', async () => {
    const { directory, web, monitor, recorder } = await withWeb();
    recorder.forget();
    readFileSync(web);
    await sentinel(directory, monitor, recorder);
    expect(recorder.lines).toEqual(['changed sentinel']);
  });
});

describe('a removal', () => {
  test('of a file', async () => {
    const { web, recorder } = await withWeb();
    unlinkSync(web);
    expect(await recorder.gone('web')).toBe(web);
  });

  test('is found by an operator’s rescan', async () => {
    const { web, monitor, recorder } = await withWeb();
    unlinkSync(web);
    await monitor.rescan();
    expect(recorder.lines).toEqual(['changed web', 'removed web']);
  });

  test('comes before the same file under its new name', async () => {
    const { directory, web, recorder } = await withWeb();
    const { identity } = await recorder.text('web');
    renameSync(web, join(directory, 'api.ini'));
    const api = await recorder.text('api');
    expect(recorder.lines).toEqual(['changed web', 'removed web', 'changed api']);
    expect(api.identity).toBe(identity);
  });

  test('comes before its new name also when hundreds are renamed at once', async () => {
    const directory = tempDirectory();
    const count = 300;
    for (let i = 0; i < count; i++) writeFileSync(join(directory, `a${i}.ini`), `${i}`);
    const { recorder } = await started(directory);
    recorder.forget();
    for (let i = 0; i < count; i++) renameSync(join(directory, `a${i}.ini`), join(directory, `b${i}.ini`));
    for (let i = 0; i < count; i++) await recorder.text(`b${i}`);
    const lines = recorder.lines;
    for (let i = 0; i < count; i++) {
      expect(lines.indexOf(`removed a${i}`)).toBeGreaterThanOrEqual(0);
      expect(lines.indexOf(`removed a${i}`)).toBeLessThan(lines.indexOf(`changed b${i}`));
    }
    expect(lines.filter((line) => line.startsWith('trouble'))).toEqual([]);
  });

  test('is none when an editor renames the old file away and writes a new one', async () => {
    const { web, recorder } = await withWeb();
    renameSync(web, `${web}~`);
    await new Promise((resolve) => setTimeout(resolve, 8));
    writeFileSync(web, 'two');
    await recorder.text('web', 'two');
    unlinkSync(`${web}~`);
    expect(recorder.lines).toEqual(['changed web', 'changed web']);
  });

  test('and the same name again', async () => {
    const { web, recorder } = await withWeb();
    unlinkSync(web);
    await recorder.gone('web');
    writeFileSync(web, 'again');
    await recorder.text('web', 'again');
  });
});

describe('a symbolic link', () => {
  async function withLink() {
    const directory = tempDirectory();
    const elsewhere = tempDirectory();
    const target = join(elsewhere, 'target');
    writeFileSync(target, 'one');
    symlinkSync(target, join(directory, 'web.ini'));
    return { directory, elsewhere, target, link: join(directory, 'web.ini'), ...(await started(directory)) };
  }

  test('is followed: an edit of the target in place', async () => {
    const { target, recorder } = await withLink();
    expect(recorder.texts('web')).toEqual(['one']);
    writeFileSync(target, 'two');
    await recorder.text('web', 'two');
  });

  test('a new target under the same name', async () => {
    const { target, recorder } = await withLink();
    replace(target, 'two');
    await recorder.text('web', 'two');
    replace(target, 'three');
    await recorder.text('web', 'three');
    writeFileSync(target, 'four');
    await recorder.text('web', 'four');
  });

  test('that is pointed elsewhere', async () => {
    const { link, recorder } = await withLink();
    const other = join(tempDirectory(), 'other');
    writeFileSync(other, 'other');
    symlinkSync(other, `${link}.tmp`);
    renameSync(`${link}.tmp`, link);
    await recorder.text('web', 'other');
    writeFileSync(other, 'edited');
    await recorder.text('web', 'edited');
  });

  test('that dangles, then has its target again', async () => {
    const { target, recorder } = await withLink();
    unlinkSync(target);
    expect(await recorder.failure('web')).toBe('dangling link');
    writeFileSync(target, 'back');
    await recorder.text('web', 'back');
    expect(recorder.lines).not.toContain('removed web');
  });

  test('that dangles from the start, in a directory that does not exist', async () => {
    const directory = tempDirectory();
    const elsewhere = join(tempDirectory(), 'a', 'b');
    symlinkSync(join(elsewhere, 'target'), join(directory, 'web.ini'));
    const { recorder } = await started(directory);
    expect(await recorder.failure('web')).toBe('dangling link');
    mkdirSync(elsewhere, { recursive: true });
    writeFileSync(join(elsewhere, 'target'), 'here');
    await recorder.text('web', 'here');
  });

  test('by way of a directory that is swapped, as in a mounted ConfigMap', async () => {
    const directory = tempDirectory();
    for (const version of ['v1', 'v2']) {
      mkdirSync(join(directory, `..${version}`));
      writeFileSync(join(directory, `..${version}`, 'web.ini'), version);
    }
    symlinkSync('..v1', join(directory, '..data'));
    symlinkSync('..data/web.ini', join(directory, 'web.ini'));
    const { recorder } = await started(directory);
    expect(recorder.texts('web')).toEqual(['v1']);
    symlinkSync('..v2', join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    await recorder.text('web', 'v2');
    rmSync(join(directory, '..v1'), { recursive: true });
    writeFileSync(join(directory, '..v2', 'web.ini'), 'v3');
    await recorder.text('web', 'v3');
    expect(recorder.lines).toEqual(['changed web', 'changed web', 'changed web']);
  });

  test('to the same template as a hundred others: each has an identity of its own', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'template'), 'one');
    for (let i = 0; i < 100; i++) symlinkSync('template', join(directory, `v${i}.ini`));
    const { recorder } = await started(directory);
    const identities = recorder.told.map((told) => told.kind === 'changed' && told.config.identity);
    expect(new Set(identities).size).toBe(100);
    writeFileSync(join(directory, 'template'), 'two');
    for (let i = 0; i < 100; i++) await recorder.text(`v${i}`, 'two');
  });

  test('is refused with nofollow', async () => {
    const directory = tempDirectory();
    writeFileSync(join(directory, 'target'), 'one');
    symlinkSync('target', join(directory, 'web.ini'));
    writeFileSync(join(directory, 'plain.ini'), 'plain');
    const { recorder } = await started(directory, { nofollow: true });
    expect(await recorder.failure('web')).toBe('a symbolic link, and links are not followed here');
    expect(recorder.texts('plain')).toEqual(['plain']);
  });

  test('in a loop is shown as such', async () => {
    const directory = tempDirectory();
    symlinkSync('web.ini', join(directory, 'web.ini'));
    const { recorder } = await started(directory);
    expect(await recorder.failure('web')).toMatch(/^ELOOP: too many symbolic links/);
  });
});
