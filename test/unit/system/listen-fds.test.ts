import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { givenSockets, listeningPath } from '../../../src/system/listen-fds.ts';
import { givenSocket } from '../../helpers/given-socket.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

describe('sockets that were handed over', () => {
  const mine = { LISTEN_PID: '7', LISTEN_FDS: '2' };

  test('have the names of their units, if they have any', () => {
    const names = { ...mine, LISTEN_FDNAMES: 'control:' };
    expect(givenSockets(names, 7)).toEqual([
      { fd: 3, name: 'control' },
      { fd: 4, name: '' },
    ]);
    expect(givenSockets(mine, 7).map(({ name }) => name)).toEqual(['', '']);
  });

  test.each([
    ['another process', { ...mine, LISTEN_PID: '8' }],
    ['nobody says whom', { LISTEN_FDS: '1' }],
    ['none', { ...mine, LISTEN_FDS: '0' }],
    ['no number', { ...mine, LISTEN_FDS: '-1' }],
    ['nothing', {}],
  ])('%s: none', (_what, env) => {
    expect(givenSockets(env, 7)).toEqual([]);
  });
});

test('where a socket listens', async () => {
  const path = join(tempDirectory(), 'with space.sock');
  expect(listeningPath(await givenSocket(path))).toBe(path);
});

test('what is no such socket listens nowhere', () => {
  const file = openSync('/dev/null', 'r');
  onTestFinished(() => closeSync(file));
  expect(listeningPath(file)).toBeUndefined();
  expect(listeningPath(999)).toBeUndefined();
});
