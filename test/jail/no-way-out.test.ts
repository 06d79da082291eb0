// Whoever is root in a jail sees its other processes, the init and those that wait beside it: by no root, working directory or
// descriptor of theirs is the host's file system to be had.
import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runLines } from '../helpers/ini-jail.ts';
import { describeRoot } from '../helpers/need-root.ts';
import { smallRoot } from '../helpers/small-root.ts';
import { tempDirectory } from '../helpers/temp-directory.ts';

const UP = '../'.repeat(12);

describeRoot('no process of the jail leads out of it', () => {
  test.each([
    [['clone = fs,pid']],
    [['clone = user,fs,pid']],
    [['clone = user,fs,pid', 'refork-post-jail = true']],
    [['clone = user,fs,pid', 'refork-as-root = true']],
    [['clone = user,fs,pid', 'refork = true', 'hook-as-user-atexit = exec:true']],
    [['clone = fs,pid', 'refork-post-jail = true', 'hook-as-user-atexit = exec:true']],
    [['clone = user,fs', 'unshare = pid', 'refork-post-jail = true']],
    [['clone = fs', 'unshare = pid', 'refork-as-root = true']],
  ])('%j', async (lines) => {
    const { path, lines: complete } = smallRoot();
    chownSync(join(path, 'run'), 100_000, 100_000);
    chownSync(path, 100_000, 100_000);
    const outside = tempDirectory();
    // To be seen by whoever gets there.
    chmodSync(outside, 0o755);
    writeFileSync(join(outside, 'marker'), '');
    const looked = `for way in /proc/[0-9]*/root /proc/[0-9]*/cwd /proc/[0-9]*/fd/*; do`;
    const look = `${looked} [ -e $way/${UP}${outside}/marker ] && echo out by $way; done; echo looked`;
    const made = ['tmpfs = /made/here', 'bind = /etc/hostname:/run/file'];
    for (let i = 0; i < 2; i++) {
      const end = await runLines([...lines, `namespace = ${path}`, ...complete, ...made], look);
      expect(end.said).toBeUndefined();
      expect(end.output).toBe('looked\n');
    }
  });
});
