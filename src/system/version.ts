// The version of this program.
import { readFileSync } from 'node:fs';
import { PACKAGE_PATH } from './paths.ts';

export function ownVersion(): string {
  return (JSON.parse(readFileSync(PACKAGE_PATH, 'utf8')) as { version: string }).version;
}
