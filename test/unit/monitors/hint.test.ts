// What chokidar tells when its own reading of the directory is switched off.
import { chmodSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { watchDirectory } from '../../../src/monitors/hint.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { until } from '../../helpers/until.ts';

async function watched() {
  const directory = join(tempDirectory(), 'v');
  mkdirSync(directory);
  const hints: (string | null)[] = [];
  const failures: Error[] = [];
  const { ready, close } = watchDirectory(directory, {
    hint: (entry) => hints.push(entry),
    failed: (error) => failures.push(error),
  });
  onTestFinished(close);
  await ready;
  /** What `act` leads to, without repetitions. */
  const after = async (act: () => void, last: string | null) => {
    hints.length = 0;
    act();
    await until(`a hint at ${last}`, () => hints.includes(last));
    return [...new Set(hints)];
  };
  return { directory, after, close, hints, failures };
}

test('the entry that something happened to', async () => {
  const { directory, after } = await watched();
  const web = join(directory, 'web.ini');
  expect(await after(() => writeFileSync(web, 'one'), 'web.ini')).toEqual(['web.ini']);
  expect(await after(() => writeFileSync(web, 'two'), 'web.ini')).toEqual(['web.ini']);
  expect(await after(() => chmodSync(web, 0o600), 'web.ini')).toEqual(['web.ini']);
  expect(await after(() => renameSync(web, `${web}.new`), 'web.ini.new')).toEqual(['web.ini', 'web.ini.new']);
  expect(await after(() => unlinkSync(`${web}.new`), 'web.ini.new')).toEqual(['web.ini.new']);
});

test('null for the directory itself', async () => {
  const { directory, after } = await watched();
  expect(await after(() => chmodSync(directory, 0o700), null)).toEqual([null]);
  expect(await after(() => rmSync(directory, { recursive: true }), null)).toEqual([null]);
});

test('the directory of that name, not the one that somebody else still watches', async () => {
  const { directory, hints } = await watched();
  const first = watchDirectory(directory, { hint: () => {}, failed: () => {} });
  await first.ready;
  rmSync(directory, { recursive: true });
  mkdirSync(directory);
  await first.close();
  const { hint, seen } = deferred();
  const second = watchDirectory(directory, { hint, failed: () => {} });
  onTestFinished(() => second.close());
  await second.ready;
  hints.length = 0;
  writeFileSync(join(directory, 'web.ini'), 'one');
  await seen;
  expect(hints).not.toContain('web.ini');
});

test('nothing after close(), which also ends the wait for ready', async () => {
  const { directory, close, hints } = await watched();
  await close();
  const late = watchDirectory(directory, { hint: () => {}, failed: () => {} });
  await late.close();
  await late.ready;
  const { hint, seen } = deferred();
  const other = watchDirectory(directory, { hint, failed: () => {} });
  onTestFinished(() => other.close());
  await other.ready;
  writeFileSync(join(directory, 'web.ini'), 'one');
  await seen;
  expect(hints).toEqual([]);
});

test('a directory that is not there is no failure: a scan will tell', async () => {
  const failures: Error[] = [];
  const watch = watchDirectory(join(tempDirectory(), 'nothing'), {
    hint: () => {},
    failed: (error) => failures.push(error),
  });
  await watch.ready;
  await watch.close();
  expect(failures).toEqual([]);
});

function deferred(): { hint: () => void; seen: Promise<void> } {
  let hint = () => {};
  const seen = new Promise<void>((resolve) => {
    hint = resolve;
  });
  return { hint, seen };
}
