// The version of this program.
import { readFileSync } from 'node:fs';
import { PACKAGE_PATH } from './paths.ts';

/** Read once: an upgrade puts another file there while the program of before still runs. */
const { version } = JSON.parse(readFileSync(PACKAGE_PATH, 'utf8')) as { version: string };

export function ownVersion(): string {
  return version;
}
