// A socket that could not be opened to the end: its address is free only when nothing of it is left.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AddressBook } from '../../../src/emperor/address-book.ts';
import { Listener } from '../../../src/emperor/listener.ts';
import { loadNative } from '../../../src/jail/native.ts';
import { ADDON_PATH } from '../../../src/system/paths.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';
import { located } from '../../helpers/vassal-config.ts';

const RIGHTS = { mode: 0o600, uid: undefined, gid: undefined };
const native = loadNative(ADDON_PATH);

test('who waits for the address of a failed one finds no file there', async () => {
  const path = join(tempDirectory(), 's');
  const address = { kind: 'unix', path } as const;
  const book = new AddressBook();
  const refusing = {
    ...native,
    listen: () => {
      throw Object.assign(new Error('listen: EMFILE'), { code: 'EMFILE' });
    },
  };
  const wanted = located({ address, name: 's', backlog: 10, ...RIGHTS });
  await expect(Listener.bind(refusing, book, 'one', wanted)).rejects.toThrow('EMFILE');
  expect(book.isSettled).toBe(false);
  expect(await book.claim(address, 'other')).toBeUndefined();
  expect(existsSync(path)).toBe(false);
  expect(book.ownerOf(address)).toBe('other');
});
