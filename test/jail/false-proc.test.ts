// A root whose /proc is the vassal's own directory: what stands there says nothing, least of all to who has root's rights.
import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { runJail } from '../helpers/jail.ts';
import { describeRoot, isRoot } from '../helpers/need-root.ts';
import { type SmallRoot, smallRoot, vassalOf } from '../helpers/small-root.ts';

const UID = 54_321;

function ownRoot(): SmallRoot {
  const root = smallRoot();
  chownSync(join(root.path, 'proc'), UID, UID);
  return root;
}

/** Somebody who has nothing to do with any jail, and no child of whoever starts them. */
async function bystander(): Promise<{ readonly pid: number; end(): Promise<string> }> {
  const parent = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait $!; echo $?'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(parent.stdout)[Symbol.asyncIterator]();
  const pid = Number((await lines.next()).value);
  return {
    pid,
    end: async () => {
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // Somebody was faster.
      }
      return (await lines.next()).value;
    },
  };
}

const BY_SIGTERM = String(128 + 15);
/** Before there is an engine: its children are nobody's orphans then. */
const bystanders = isRoot ? await Promise.all([bystander(), bystander()]) : [];
// Those whom no test has taken.
afterAll(() => Promise.all(bystanders.map((each) => each.end())));

describeRoot('a /proc of files', () => {
  // Numbers of processes are easily guessed; here the guess is right at once.
  const GUESSED = 'hook-as-root = exec:ln -s $PPID /proc/self';

  test.each([
    ['its init', [GUESSED]],
    ['its init, which forks once more', [GUESSED, 'refork = true']],
  ])('does not tell %s whom to end', async (_who, lines) => {
    const { path, lines: parts } = ownRoot();
    const victim = bystanders.pop();
    if (victim === undefined) expect.fail('nobody is left');
    const script = `mkdir /proc/thread-self; echo "${victim.pid} " > /proc/thread-self/children; (setsid sleep 1 &); sleep 0.2; readlink /proc/self`;
    const vassal = vassalOf(
      ['clone = fs', `chroot = ${path}`, 'dev = minimal', ...parts, `uid = ${UID}`, `gid = ${UID}`, ...lines],
      script,
    );
    const { output, said } = await runJail(vassal, { cgroup: false });
    expect(said).toBeUndefined();
    expect(output).toMatch(/^\d+$/m);
    expect(await victim.end()).toBe(BY_SIGTERM);
  });

  test('is nothing to write a score to', async () => {
    const { path, lines: parts } = ownRoot();
    mkdirSync(join(path, 'proc/self'));
    symlinkSync('/etc/secret', join(path, 'proc/self/oom_score_adj'));
    writeFileSync(join(path, 'etc/secret'), 'secret\n', { mode: 0o600 });
    const vassal = vassalOf(
      ['clone = fs', `chroot = ${path}`, ...parts, `uid = ${UID}`, `gid = ${UID}`, 'oom-score-adj = 500'],
      'echo up',
    );
    expect((await runJail(vassal)).said).toBeUndefined();
    expect(readFileSync(join(path, 'etc/secret'), 'utf8')).toBe('secret\n');
  });
});
