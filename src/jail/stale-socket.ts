// The file of a unix socket outlives who served on it: one that a jail left is removed, one that somebody serves on never.
import { lstat, rm } from 'node:fs/promises';
import { connect } from 'node:net';

export async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() && (await isStale(path))) await rm(path, { force: true });
}

function isStale(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path }, () => {
      probe.destroy();
      resolve(false);
    });
    probe.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'));
  });
}
