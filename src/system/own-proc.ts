// Is /proc that of our own pid namespace? In another one a pid is somebody else's: id maps and scores for the
// out-of-memory killer would be his.
import { readlinkSync } from 'node:fs';

/** As a failed system call, which is what it would have become. */
class ForeignProc extends Error {
  readonly code = 'ESRCH';
  readonly syscall = 'readlink';
}

export function checkOwnProc(): void {
  if (ownPid() === String(process.pid)) return;
  throw new ForeignProc(
    `/proc is that of another pid namespace, where we are not process ${process.pid}: mount a fresh one (unshare --mount-proc)`,
  );
}

function ownPid(): string | undefined {
  try {
    return readlinkSync('/proc/self');
  } catch {
    return undefined;
  }
}
