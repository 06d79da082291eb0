// Said once before a test run: what it cannot cover as this user on this machine, so that a skipped suite is never silent.
import { hasProgram, PROGRAMS, type Program } from './programs.ts';

export function setup(): void {
  if (process.getuid?.() !== 0)
    process.stderr.write('tests that need root are skipped: run `sudo npm test` for all of them\n');
  const missing = (Object.keys(PROGRAMS) as Program[]).filter((name) => !hasProgram(name));
  if (missing.length === 0) return;
  const packages = missing.map((name) => PROGRAMS[name]).join(' ');
  process.stderr.write(`tests that need ${missing.join(', ')} are skipped: apt-get install ${packages}\n`);
}
