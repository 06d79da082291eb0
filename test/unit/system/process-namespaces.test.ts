// The namespaces of many processes, read in few calls.
import { expect, test } from 'vitest';
import { NAMESPACES } from '../../../src/config/namespaces.ts';
import { namespacesOf } from '../../../src/system/process-namespaces.ts';

const KINDS = NAMESPACES.map(({ proc }) => proc);

/** A machine on which the namespaces of process N are N00, N01 and so on; odd ones are gone. */
function reader() {
  const calls: number[] = [];
  const readLinks = (paths: string, done: (texts: string) => void) => {
    const all = paths.split('\0');
    calls.push(all.length);
    const texts = all.map((path) => {
      const [, pid, kind = ''] = /^\/proc\/(\d+)\/ns\/(\w+)$/.exec(path) ?? [];
      return Number(pid) % 2 === 1 ? '' : `${kind}:[${Number(pid) * 100 + KINDS.indexOf(kind)}]`;
    });
    setImmediate(done, texts.join('\0'));
  };
  return { readLinks, calls };
}

test('each has its own, one that is gone has none', async () => {
  const { readLinks, calls } = reader();
  const pids = Array.from({ length: 500 }, (_, index) => index + 2);
  const seen = await namespacesOf(pids, readLinks);
  const expected = (pid: number) => Object.fromEntries(KINDS.map((kind, index) => [kind, pid * 100 + index]));
  expect(seen).toEqual(pids.map((pid) => (pid % 2 === 1 ? null : expected(pid))));
  expect(calls).toEqual(Array(10).fill(400));
  expect(await namespacesOf([], readLinks)).toEqual([]);
});

test('not all can be read: none is told', async () => {
  const { readLinks } = reader();
  const lacking = (paths: string, done: (texts: string) => void) =>
    readLinks(paths, (texts) => done(texts.replace(/time:\[\d+\]/, '')));
  expect(await namespacesOf([2], lacking)).toEqual([null]);
});
