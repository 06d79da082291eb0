// A terminal that is closed while we run. At its end Node gives terminals their first settings back and aborts where that
// fails (node.cc, ResetStdio): a descriptor that is closed by then it leaves alone.
import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STDIO = [0, 1, 2];

export function endAfterHangUp(): void {
  const terminals = STDIO.filter((fd) => isatty(fd));
  process.on('exit', () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  });
}
