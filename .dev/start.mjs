// `npm start`: the Emperor on vassals.example/ in the foreground, its sockets in a temporary directory that ends with it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What the terminal or npm may send us, and what the daemon gets for it. A closed terminal ends it. */
const RELAYED = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM', SIGQUIT: 'SIGQUIT', SIGHUP: 'SIGTERM' };
/** npm passes on the very ^C that the terminal sent us already; two of them would mean "kill at once". */
const ECHO_MS = 300;

const run = mkdtempSync(join(tmpdir(), 'tsjail-'));
process.on('exit', () => rmSync(run, { recursive: true, force: true }));
process.chdir(ROOT);

const control = join(run, 'control.sock');
process.stdout.write(introduction());
// In a session of its own: the terminal's signals reach the daemon through us alone, and once.
const daemon = spawn(process.execPath, ['dist/main.js', 'emperor', 'vassals.example', '--control', control], {
  stdio: 'inherit',
  detached: true,
  env: cleanEnvironment(),
});
daemon.on('error', (error) => {
  process.stderr.write(`tsjail: cannot start the daemon: ${error.message}\n`);
  process.exitCode = 1;
});
daemon.on('exit', (code, signal) => {
  if (signal !== null) process.stderr.write(`tsjail: the daemon was ended by ${signal}\n`);
  process.exit(code ?? 1);
});

let last = Number.NEGATIVE_INFINITY;
for (const [received, sent] of Object.entries(RELAYED)) {
  process.on(received, () => {
    const echo = performance.now() - last < ECHO_MS;
    last = performance.now();
    if (!echo) daemon.kill(sent);
  });
}

function introduction() {
  const examples = readdirSync('vassals.example').filter((name) => name.endsWith('.ini'));
  const lines = examples.map((name) => `  ${name.padEnd(12)} ${aboutFile(join('vassals.example', name))}`);
  return [
    'tsjail runs the vassals of vassals.example/ (^C ends it):',
    ...lines,
    'try, in another terminal:',
    `  curl --unix-socket ${join(run, 'web.sock')} http://web/`,
    `  curl --unix-socket ${join(run, 'asleep.sock')} http://asleep/`,
    `  node dist/main.js ls --control ${control}`,
    '\n',
  ].join('\n');
}

/** The comment in the first line of an example says what it shows. */
function aboutFile(path) {
  return readFileSync(path, 'utf8')
    .split('\n', 1)[0]
    .replace(/^[;#]\s*/, '');
}

/** Neither the daemon nor its vassals shall see that npm was here. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$|^NODE$|^COLOR$/i.test(name));
  const path = (process.env.PATH ?? '').split(delimiter).filter((part) => !isNpms(part));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), TSJAIL_EXAMPLE_RUN: run };
}

function isNpms(directory) {
  return directory.endsWith('node_modules/.bin') || basename(directory) === 'node-gyp-bin';
}
