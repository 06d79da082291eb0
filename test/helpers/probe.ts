// The program that tries to get out of a jail (test/probe/probe.c), and what of the host it is to try to reach.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

const SOURCE = fileURLToPath(new URL('../probe/probe.c', import.meta.url));
const ABSTRACT = `tsjail-probe-${process.pid}`;
const KEY = `tsjail:probe-${process.pid}`;
const SHM = 0x7473_0000 + (process.pid & 0xffff);
const CANARY = `canary-${process.pid}`;

let directory = '';
/** Where services of the host are; an ordinary user has none there. */
const SERVICE = `/run/tsjail-probe-${process.pid}.sock`;
const POSIX_SHM = `/dev/shm/tsjail-probe-${process.pid}`;
const isRoot = process.getuid?.() === 0;

let listener: Server | undefined;
let service: Server | undefined;

/** To be called at the top of a test file. */
export function useProbe(): void {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tsjail-probe-'));
    chmodSync(directory, 0o755);
    execFileSync(
      'g++',
      ['-x', 'c', '-O1', '-static', '-Wall', '-Wextra', '-Werror', '-o', probePath(), SOURCE],
      {
        stdio: 'inherit',
      },
    );
    python(`c.shmget(${SHM}, 4096, 0o1666)`, `c.syscall(${numbers().add}, b"user", b"${KEY}", b"x", 1, -4)`);
    process.env.PROBE_SECRET = CANARY;
    listener = createServer().listen({ path: `\0${ABSTRACT}` });
    await new Promise((resolve) => listener?.once('listening', resolve));
    writeFileSync(POSIX_SHM, 'x');
    if (!isRoot) return;
    service = createServer().listen({ path: SERVICE });
    await new Promise((resolve) => service?.once('listening', resolve));
    chmodSync(SERVICE, 0o600);
  });
  afterAll(() => {
    listener?.close();
    service?.close();
    rmSync(POSIX_SHM, { force: true });
    python(
      `c.shmctl(c.shmget(${SHM}, 0, 0), 0, None)`,
      `c.syscall(${numbers().control}, 9, c.syscall(${numbers().control}, 10, -4, b"user", b"${KEY}", 0), -4)`,
    );
    rmSync(directory, { recursive: true, force: true });
  });
}

export function probePath(): string {
  return join(directory, 'probe');
}

/** For the probe's environment. `ownRoot`: the jail has another root than the host. */
export function probeEnvironment(ownRoot: boolean): Record<string, string> {
  const { dev, ino } = statSync('/');
  return {
    PROBE_ABSTRACT: ABSTRACT,
    PROBE_KEY: KEY,
    PROBE_SHM: String(SHM),
    PROBE_CANARY: CANARY,
    PROBE_POSIX_SHM: POSIX_SHM,
    ...(existsSync(SERVICE) && { PROBE_SERVICE: SERVICE }),
    PROBE_HOST_PID: String(process.pid),
    ...(ownRoot && { PROBE_HOST_ROOT: `${dev}:${ino}` }),
  };
}

/** The lines of ways that led out. */
export function waysOut(output: string): string[] {
  return output.split('\n').filter((line) => line.startsWith('FAIL '));
}

/** Of add_key(2) and keyctl(2). */
function numbers() {
  return process.arch === 'x64' ? { add: 248, control: 250 } : { add: 217, control: 219 };
}

function python(...calls: readonly string[]): void {
  const script = ['import ctypes', 'c = ctypes.CDLL(None)', ...calls].join('\n');
  execFileSync('python3', ['-c', script], { stdio: 'inherit' });
}
