// A daemon in tyrant mode, and files of two made-up users whom no file of the host knows.
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { emperor, type TestEmperor } from './emperor.ts';

export const ANNA = 12_001;
export const BERT = 12_002;
export const STAY = 'exec sleep 1000';

/** Everybody can look into its directories. `args`: more of its config. */
export async function tyrant(...args: string[]): Promise<TestEmperor> {
  const daemon = await emperor({ args: ['--emperor-tyrant', ...args] });
  for (const path of [daemon.root, daemon.vassals]) chmodSync(path, 0o755);
  return daemon;
}

/** Puts a file there that is `uid`'s from its first moment. */
export function put(
  daemon: TestEmperor,
  file: string,
  uid: number,
  lines: readonly string[],
  gid = uid,
): void {
  const beside = join(daemon.root, 'put.new');
  writeFileSync(beside, ['[vassal]', ...lines, ''].join('\n'));
  chownSync(beside, uid, gid);
  daemon.rename(beside, file);
}

export function homeOf(daemon: TestEmperor, uid: number, mode = 0o755): string {
  const path = join(daemon.root, `home-${uid}`);
  mkdirSync(path);
  chmodSync(path, mode);
  chownSync(path, uid, uid);
  return path;
}

/** A file of his. */
export function own(uid: number, path: string, text: string, mode = 0o644): string {
  writeFileSync(path, text);
  chmodSync(path, mode);
  chownSync(path, uid, uid);
  return path;
}

export function sh(script: string): string {
  return `command = /bin/sh -c '${script}'`;
}
