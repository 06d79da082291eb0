// What the addon reads many of at once.
import { readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadNative } from '../../src/jail/native.ts';
import { textsOf } from '../../src/system/kernel-texts.ts';
import { ADDON_PATH } from '../../src/system/paths.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const { readFiles, readLinks } = loadNative(ADDON_PATH);

test('files, in their order; one that cannot be read is empty', async () => {
  const directory = tempDirectory();
  const odd = join(directory, 'odd');
  writeFileSync(odd, 'ä\0b\n');
  const texts = await textsOf(['/proc/self/comm', join(directory, 'none'), directory, odd], readFiles);
  expect(texts.slice(0, 3)).toEqual([readFileSync('/proc/self/comm', 'utf8'), '', '']);
  writeFileSync(odd, 'x'.repeat(2 ** 20 + 1));
  expect((await textsOf([odd, odd], readFiles)).map(({ length }) => length)).toEqual([2 ** 20, 2 ** 20]);
  // By bytes, and a NUL is a space: it would be taken for an end.
  expect(texts[3]).toBe('Ã¤ b\n');
});

test('links, in their order; what is none, or too long, is empty', async () => {
  const long = join(tempDirectory(), 'long');
  symlinkSync('x'.repeat(256), long);
  const fit = join(tempDirectory(), 'fit');
  symlinkSync('x'.repeat(255), fit);
  const texts = await textsOf(['/proc/self/ns/mnt', '/proc/none', '/proc/self/comm', long, fit], readLinks);
  expect(texts).toEqual([readlinkSync('/proc/self/ns/mnt'), '', '', '', 'x'.repeat(255)]);
});
