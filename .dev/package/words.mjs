// Man pages and completion scripts, where the source knows how to write them.
import { readFileSync } from 'node:fs';
import { run } from './source.mjs';

export function writeWords() {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (scripts.words !== undefined) run('npm', ['run', '--silent', 'words']);
}
