// An idle Emperor sleeps: nothing wakes it but its safety scan, which these tests are too short for.
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { emperor } from '../helpers/emperor.ts';

const IDLE_MS = 3000;

test('no thread of it wakes up', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`v${n}.ini`, '[vassal]\ncommand = sleep 1000\nclone = fs,pid\n']),
  );
  const daemon = await emperor({ files });
  for (let n = 0; n < 20; n++) await daemon.running(`v${n}`);
  const inits = (await daemon.ls()).map((view) => view.jailerPid ?? 0);
  // To be asked for its metrics leaves nothing behind that would wake it.
  await metrics(daemon.control);
  // V8 sweeps after a start; then there must be a long stretch without a wake-up.
  let quiet = false;
  for (let tries = 0; tries < 5 && !quiet; tries++) {
    const before = [daemon.pid, ...inits].map(wakeUps);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    quiet = [daemon.pid, ...inits].every((pid, index) => wakeUps(pid) === before[index]);
  }
  expect(quiet).toBe(true);
}, 60_000);

function metrics(socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/metrics', agent: false }, (answer) => {
      answer.resume().on('end', resolve);
    });
    call.on('error', reject);
    call.end();
  });
}

/** How often its threads gave up the processor to wait. */
function wakeUps(pid: number): number {
  const switches = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(
      /^voluntary_ctxt_switches:\s+(\d+)/m.exec(
        readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'),
      )?.[1],
    ),
  );
  return switches.reduce((sum, each) => sum + each, 0);
}
