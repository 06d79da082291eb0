// Files that look like configs and are none: each is told once, with a reason, and never harms anything.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { asNobody, asRoot } from './nobody.ts';
import { started } from './recorder.ts';

function place(text = 'one'): { directory: string; web: string } {
  const directory = tempDirectory();
  const web = join(directory, 'web.ini');
  if (text !== '') writeFileSync(web, text);
  return { directory, web };
}

describe('unreadable', () => {
  test('by permission, then readable again', async () => {
    const { directory, web } = place();
    chmodSync(directory, 0o755);
    chmodSync(web, 0);
    await asNobody(async () => {
      const { recorder } = await started(directory);
      expect(await recorder.failure('web')).toBe('EACCES: permission denied');
      asRoot(() => chmodSync(web, 0o644));
      await recorder.text('web', 'one');
    });
  });

  test('larger than 1 MiB: a gigabyte is not read', async () => {
    const { directory, web } = place();
    truncateSync(web, 1024 ** 3);
    const beganMs = performance.now();
    const { recorder } = await started(directory);
    expect(await recorder.failure('web')).toBe('larger than 1 MiB');
    expect(performance.now() - beganMs).toBeLessThan(500);
    expect(process.memoryUsage().rss).toBeLessThan(700e6);
  });

  test('of exactly 1 MiB is fine', async () => {
    const { directory, web } = place();
    writeFileSync(web, 'x'.repeat(1024 * 1024));
    const { recorder } = await started(directory);
    expect((await recorder.text('web')).text).toHaveLength(1024 * 1024);
  });

  test('a FIFO, which nobody waits for', async () => {
    const { directory, web } = place('');
    execFileSync('mkfifo', [web]);
    const { recorder } = await started(directory);
    expect(recorder.told).toEqual([
      { kind: 'unreadable', name: 'web', failure: { name: 'web', path: web, message: 'not a regular file' } },
    ]);
  });

  test('a socket', async () => {
    const { directory, web } = place('');
    const server = createServer().listen(web);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { recorder } = await started(directory);
    expect(await recorder.failure('web')).toBe('not a regular file');
  });

  test.each(['/dev/zero', '/dev/null', '/'])('a link to %s', async (target) => {
    const { directory, web } = place('');
    symlinkSync(target, web);
    const { recorder } = await started(directory);
    expect(await recorder.failure('web')).toBe('not a regular file');
  });

  test('a directory: ignored, but not when it has taken the place of a config', async () => {
    const { directory, web } = place('');
    mkdirSync(web);
    writeFileSync(join(directory, 'api.ini'), 'one');
    const { recorder } = await started(directory);
    expect(recorder.lines).toEqual(['changed api']);
    rmSync(join(directory, 'api.ini'));
    mkdirSync(join(directory, 'api.ini'));
    expect(await recorder.failure('api')).toBe('not a regular file');
  });

  test('binary text is text: to say what is wrong with it is not our part', async () => {
    const { directory, web } = place();
    writeFileSync(web, Buffer.from(Array.from({ length: 4096 }, (_, i) => i % 256)));
    const { recorder } = await started(directory);
    expect((await recorder.text('web')).text.length).toBeGreaterThan(2048);
  });

  test('is told once, whatever is scanned', async () => {
    const { directory, web } = place('');
    symlinkSync('/nowhere', web);
    const { monitor, recorder } = await started(directory);
    await monitor.rescan();
    await monitor.rescan();
    expect(recorder.lines).toEqual(['unreadable web']);
  });

  test('then removed', async () => {
    const { directory, web } = place('');
    symlinkSync('/nowhere', web);
    const { recorder } = await started(directory);
    unlinkSync(web);
    expect(await recorder.gone('web')).toBe(web);
  });

  test('in place of a good one: that one is not removed', async () => {
    const { directory, web } = place();
    const { recorder } = await started(directory);
    execFileSync('mkfifo', [`${web}.tmp`]);
    renameSync(`${web}.tmp`, web);
    await recorder.failure('web');
    writeFileSync(`${web}.tmp`, 'one');
    renameSync(`${web}.tmp`, web);
    await recorder.text('web');
    expect(recorder.lines).not.toContain('removed web');
  });
});

describe('a name that no vassal may have', () => {
  test.each([
    ['a\nb', 'a<U+000A>b', /control characters/],
    ['\u001b[31mred', '<U+001B>[31mred', /control characters/],
    ['tab\there', 'tab<U+0009>here', /control characters/],
    ['x'.repeat(201), `${'x'.repeat(48)}…`, /at most 200 bytes/],
  ])('%j is shown as %j', async (name, harmless, reason) => {
    const { directory } = place('');
    writeFileSync(join(directory, `${name}.ini`), 'text');
    const { monitor, recorder } = await started(directory);
    expect(recorder.lines).toEqual([`unreadable ${harmless}`]);
    expect(await recorder.failure(harmless)).toMatch(reason);
    await monitor.rescan();
    expect(recorder.lines).toHaveLength(1);
    rmSync(join(directory, `${name}.ini`));
    const path = await recorder.gone(harmless);
    expect(path).not.toMatch(/[\n\t\u001b]/);
  });

  test('comes while we watch', async () => {
    const { directory } = place('');
    const { recorder } = await started(directory);
    writeFileSync(join(directory, 'a\u0007.ini'), 'text');
    await recorder.failure('a<U+0007>');
    expect(recorder.lines).toEqual(['unreadable a<U+0007>']);
  });

  test('is not UTF-8', async () => {
    const { directory } = place('');
    const bytes = Buffer.concat([
      Buffer.from(directory),
      Buffer.from([0x2f, 0x61, 0xff]),
      Buffer.from('.ini'),
    ]);
    writeFileSync(bytes, 'text');
    const { recorder } = await started(directory);
    expect(await recorder.failure('a<U+FFFD>')).toBe('the name of a vassal is UTF-8');
  });
});
