import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { withFiles } from '../../../src/emperor/load.ts';
import { matchingPaths } from '../../../src/emperor/matching-paths.ts';
import { lookAt } from '../../../src/system/config-files.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

function tree(): string {
  const directory = tempDirectory();
  for (const name of ['a', 'b', 'b/c']) mkdirSync(join(directory, name));
  for (const name of ['a/1.x', 'a/.2.x', 'b/3.x', 'b/c/4.x', 'star*'])
    writeFileSync(join(directory, name), '');
  symlinkSync('nowhere', join(directory, 'link'));
  return directory;
}

describe('as glob(3)', () => {
  test.each([
    ['*', ['a/', 'b/', 'link', 'star*']],
    ['*/*.x', ['a/1.x', 'b/3.x']],
    ['a/.*.x', ['a/.2.x']],
    ['?/c', ['b/c/']],
    ['a', ['a/']],
    ['star\\*', ['star*']],
    ['none/*', []],
    ['a/1.x/*', []],
    ['b/../*/1.x', ['b/../a/1.x']],
  ])('%s', async (pattern, names) => {
    const directory = tree();
    expect(await matchingPaths(`${directory}/${pattern}`)).toEqual({
      paths: names.map((name) => `${directory}/${name}`),
    });
  });
});

test('what is at a path', async () => {
  const directory = tree();
  const kinds = await Promise.all(
    ['a', 'a/1.x', 'none', 'link', 'a/1.x/y'].map((name) => lookAt(join(directory, name))),
  );
  expect(kinds.map(({ kind, readable }) => `${kind} ${readable}`)).toEqual([
    'directory true',
    'file true',
    'none false',
    'none false',
    'none false',
  ]);
  expect(await lookAt('/dev/null')).toMatchObject({ kind: 'other', readable: true });
  expect(kinds[1]?.inode).toBeGreaterThan(0);
});

test('what a parse asks is found out, round by round', async () => {
  const directory = tree();
  writeFileSync(join(directory, 'a/1.x'), 'text');
  const rounds: number[] = [];
  const parsed = await withFiles(({ glob, file, look }) => {
    const found = glob(`${directory}/*/1.x`);
    const path = found && 'paths' in found ? found.paths[0] : undefined;
    const text = path === undefined ? undefined : file(path, 'daemon');
    const kind = path === undefined ? undefined : look(path);
    rounds.push(rounds.length);
    const missing = found
      ? [
          ...(text ? [] : [{ ask: 'file' as const, path: path ?? '', whose: 'daemon' as const }]),
          ...(kind ? [] : [{ ask: 'look' as const, path: path ?? '' }]),
        ]
      : [{ ask: 'glob' as const, path: `${directory}/*/1.x` }];
    return { missing, text, kind };
  });
  expect(parsed).toMatchObject({ missing: [], text: { text: 'text' }, kind: { kind: 'file' } });
  expect(rounds).toEqual([0, 1, 2]);
});
