// Whose address it is.
import { expect, test } from 'vitest';
import type { SocketAddress } from '../../../src/config/vassal-config.ts';
import { AddressBook } from '../../../src/emperor/address-book.ts';

const at = (host: string, port = 80): SocketAddress => ({ kind: 'inet', host, port });

test('the second one is told whose it is; when it is free it may have it', async () => {
  const book = new AddressBook();
  expect(await book.claim(at('127.0.0.1'), 'web')).toBeUndefined();
  expect(await book.claim(at('127.0.0.1'), 'shop')).toBe('web');
  expect(await book.claim(at('127.0.0.1', 81), 'shop')).toBeUndefined();
  await book.release(at('127.0.0.1'));
  expect(await book.claim(at('127.0.0.1'), 'shop')).toBeUndefined();
});

test('who is about to give it up is waited for', async () => {
  const book = new AddressBook();
  await book.claim(at('127.0.0.1'), 'web');
  let closed = () => {};
  const closing = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const released = book.release(at('127.0.0.1'), closing);
  const claimed = book.claim(at('127.0.0.1'), 'shop');
  const first = await Promise.race([claimed.then(() => 'claimed'), Promise.resolve('waits')]);
  expect(first).toBe('waits');
  closed();
  expect(await claimed).toBeUndefined();
  await released;
  await book.settled();
  expect(await book.claim(at('127.0.0.1'), 'web')).toBe('shop');
});

test('every address of the machine is in the way of each, of one family', async () => {
  const book = new AddressBook();
  await book.claim(at('0.0.0.0'), 'all');
  expect(book.inTheWayOf(at('127.0.0.1'))).toEqual({ vassal: 'all', address: '0.0.0.0:80' });
  expect(book.inTheWayOf(at('127.0.0.1', 81))).toBeUndefined();
  expect(book.inTheWayOf(at('::1'))).toBeUndefined();
  expect(book.inTheWayOf({ kind: 'unix', path: '/a' })).toBeUndefined();
});
