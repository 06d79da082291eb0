// The record of what a daemon would leave behind, where it cannot be written: a full disk, here a directory in its place.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DaemonRecord, recordPath } from '../../../src/emperor/leftovers.ts';
import { tempDirectory } from '../../helpers/temp-directory.ts';

const GROUP = '/sys/fs/cgroup/somewhere';

test('leaves nothing beside it, and is written when that is possible again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const directory = tempDirectory();
    const control = join(directory, 'control.sock');
    const record = new DaemonRecord(control, null, () => {});
    rmSync(recordPath(control));
    mkdirSync(recordPath(control));
    await expect(record.remember([GROUP])).rejects.toThrow(/EISDIR|ENOTEMPTY/);
    expect(readdirSync(directory)).toEqual(['control.sock.record']);
    rmdirSync(recordPath(control));
    await vi.advanceTimersByTimeAsync(5000);
    await vi.waitFor(() =>
      expect(JSON.parse(readFileSync(recordPath(control), 'utf8')).groups).toEqual([GROUP]),
    );
    await record.remove();
    expect(readdirSync(directory)).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});
