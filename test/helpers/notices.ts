// Said once before a test run: what it cannot cover as this user, so that a skipped suite is never silent.

export function setup(): void {
  if (process.getuid?.() === 0) return;
  process.stderr.write('tests that need root are skipped: run `sudo npm test` for all of them\n');
}
