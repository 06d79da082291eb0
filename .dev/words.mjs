// `npm run words`: man pages into man/ and completion scripts into completions/, from what is built in dist/. The date is that of
// SOURCE_DATE_EPOCH, else of the last commit, so that two runs write the same bytes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Each where its shell looks for it. */
const SCRIPT_FILES = { bash: 'bash/tsjail', zsh: 'zsh/_tsjail', fish: 'fish/tsjail.fish' };

/** What makes them is the command's own code, which is no file of dist/ for itself. */
const TABLES = `
  export { completedCommands } from './src/cli/completion/model.ts';
  export { SCRIPTS } from './src/cli/completion/scripts.ts';
  export { PAGES } from './src/cli/manual/pages.ts';
`;

async function tables() {
  const virtual = {
    name: 'tables',
    resolveId: (id) => (id === 'tables' ? join(ROOT, 'tables.ts') : null),
    load: (id) => (id === join(ROOT, 'tables.ts') ? TABLES : null),
  };
  const bundle = await rolldown({ input: 'tables', platform: 'node', plugins: [virtual] });
  const file = join(ROOT, 'build/words/tables.mjs');
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  return import(file);
}

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

const { completedCommands, SCRIPTS, PAGES } = await tables();
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const stamp = { version, date: date() };
for (const [name, render] of Object.entries(PAGES)) write(`man/${name}`, render(stamp));
for (const [shell, path] of Object.entries(SCRIPT_FILES))
  write(`completions/${path}`, SCRIPTS[shell](completedCommands()));
