// This very machine. What could harm is done by a child of ours.
import { execFile } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadNative, type Native } from '../jail/native.ts';
import { CgroupTree } from '../system/cgroup-tree.ts';
import { ADDON_PATH, DEFAULT_SOURCE, JAILER_PATH } from '../system/paths.ts';
import { UserFiles } from '../system/users.ts';
import type { TrialFailure, World } from './probe.ts';

/** A jail takes some milliseconds; a machine under load takes long to start Node. */
const TRIAL_MS = 30_000;
const TRIALS_AT_ONCE = 2;

export interface Around {
  readonly controlSocket: string;
  readonly daemonPid: () => Promise<number | undefined>;
  /** Of `tsjail`, for the trials. */
  readonly main: string;
}

/** Whatever it needs for a while is in `directory`, which is the caller's to remove. */
export function thisMachine(directory: string, { controlSocket, daemonPid, main }: Around): World {
  const native = loaded();
  const uid = process.getuid?.() ?? 0;
  const trials = new Map<string, Promise<TrialFailure>>();
  const turns = Array.from({ length: TRIALS_AT_ONCE }, () => Promise.resolve<unknown>(undefined));
  let group: readonly string[] | string | undefined;
  return {
    uid,
    userName: new UserFiles().userById(uid)?.name,
    nodeVersion: process.versions.node,
    glibc: glibcVersion(),
    arch: process.arch,
    kernel: release(),
    controlSocket,
    vassals: DEFAULT_SOURCE,
    room: directory,
    native,
    openJailer: () => placeOfJailer(native as Native),
    read: readIfThere,
    exists: existsSync,
    isWritable,
    tryLease: () => tryLease(native as Native, directory),
    tryCgroup: () => {
      group ??= tryCgroup();
      return group;
    },
    daemonPid,
    trial(...options) {
      const key = options.join('\0');
      const known = trials.get(key);
      if (known !== undefined) return known;
      const run = (turns.shift() ?? Promise.resolve()).then(() =>
        tryJail(main, configIn(directory), options),
      );
      turns.push(run);
      trials.set(key, run);
      return run;
    },
  };
}

export function makeRoom(): string {
  return mkdtempSync(join(tmpdir(), 'tsjail-doctor-'));
}

export function leaveRoom(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

function loaded(): Native | Error {
  try {
    return loadNative(ADDON_PATH);
  } catch (error) {
    return error as Error;
  }
}

/** The report is typed as an object. */
function glibcVersion(): string | undefined {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}

function placeOfJailer(native: Native): string {
  const fd = native.openJailer(JAILER_PATH);
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } finally {
    native.close(fd);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function tryLease(native: Native, directory: string): ReturnType<World['tryLease']> {
  const file = aConfig() ?? configIn(directory);
  const fd = openSync(file, 'r');
  try {
    return { file, answer: native.probeLease(fd) };
  } finally {
    closeSync(fd);
  }
}

function aConfig(): string | undefined {
  try {
    const name = readdirSync(DEFAULT_SOURCE).find((each) => each.endsWith('.ini'));
    const path = name && join(DEFAULT_SOURCE, name);
    return path && readIfThere(path) !== undefined ? path : undefined;
  } catch {
    return undefined;
  }
}

/** An empty one, so that no trial depends on what the machine's own says. */
function configIn(directory: string): string {
  const path = join(directory, 'emperor.ini');
  if (!existsSync(path)) writeFileSync(path, '[emperor]\n');
  return path;
}

function tryCgroup(): readonly string[] | string {
  const place = CgroupTree.place();
  if (place === null) return 'no cgroup v2 hierarchy is mounted';
  const path = existsSync(place) ? join(place, `tsjail-${process.pid}`) : place;
  try {
    mkdirSync(path);
    const files = readdirSync(path);
    rmdirSync(path);
    return files;
  } catch (error) {
    return `${path}: ${(error as NodeJS.ErrnoException).code ?? error}`;
  }
}

function tryJail(main: string, config: string, options: readonly string[]): Promise<TrialFailure> {
  const words = [main, 'run', `--config=${config}`, ...options, '--', 'true'];
  return new Promise((resolve) => {
    const settings = { timeout: TRIAL_MS, killSignal: 'SIGKILL' as const, cwd: '/' };
    execFile(process.execPath, words, settings, (error, _stdout, stderr) => {
      if (error === null) return resolve(undefined);
      if (error.killed) return resolve(`did not end within ${TRIAL_MS / 1000} s`);
      resolve(reasonIn(stderr) ?? error.message);
    });
  });
}

/** The first line that tells one, without where it was asked for: it was us, and in no file. */
function reasonIn(stderr: string): string | undefined {
  const line = stderr.split('\n').find((each) => each.trim() !== '');
  return line?.replace(/^tsjail: /, '').replace(/^(<command line>:\d+:\d+|argument \d+): (error: )?/, '');
}
