// `npm run words`: man pages into man/ and completion scripts into completions/, from what is built in dist/. The date is that of
// SOURCE_DATE_EPOCH, else of the last commit, so that two runs write the same bytes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { completedCommands } from '../dist/cli/completion/model.js';
import { SCRIPTS } from '../dist/cli/completion/scripts.js';
import { PAGES } from '../dist/cli/manual/pages.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Each where its shell looks for it. */
const SCRIPT_FILES = { bash: 'bash/tsjail', zsh: 'zsh/_tsjail', fish: 'fish/tsjail.fish' };

function write(path, text) {
  const file = join(ROOT, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}

function date() {
  const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? lastCommit() ?? Date.now() / 1000);
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function lastCommit() {
  const git = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' });
  return git.status === 0 ? git.stdout.trim() : undefined;
}

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const stamp = { version, date: date() };
for (const [name, render] of Object.entries(PAGES)) write(`man/${name}`, render(stamp));
for (const [shell, path] of Object.entries(SCRIPT_FILES))
  write(`completions/${path}`, SCRIPTS[shell](completedCommands()));
