// `npm run bench [-- PART…]`: measures tsjail beside a raw C launcher and its peers in one run and prints tables; with `--write` (all
// parts) it keeps them, with plots, in docs/benchmarks.md. A part that fails is told and does not end the others. Needs root.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildLauncher, buildPrograms } from './build.mjs';
import { writeDocument } from './document.mjs';
import { installPeers } from './install.mjs';
import { table } from './numbers.mjs';
import { AT_ONCE, PARTS } from './parts.mjs';
import { kill, pidsWith } from './processes.mjs';

// Each start of Node reads all that it names, for 25 ms: of ours, of bare Node and of a daemon, for nothing.
delete process.env.NODE_EXTRA_CA_CERTS;

const ENDINGS = { SIGINT: 130, SIGTERM: 143 };

async function main() {
  if (process.getuid() !== 0) throw new Error('needs root: sudo npm run bench');
  const { wanted, keeps } = readArguments(process.argv.slice(2));
  const begun = performance.now();
  installPeers();
  const directory = mkdtempSync(join(tmpdir(), 'tsjail-bench-'));
  // Commands that have changed their uid are to find their way.
  chmodSync(directory, 0o755);
  for (const [signal, code] of Object.entries(ENDINGS))
    process.once(signal, () => {
      sweep(directory);
      process.exit(code);
    });
  const results = [{ name: 'peers and programs', seconds: 0 }];
  try {
    const programs = { ...buildPrograms(directory), jail: await buildLauncher() };
    results[0].seconds = (performance.now() - begun) / 1000;
    for (const names of inGroups(wanted)) {
      results.push(...(await Promise.all(names.map((name) => measured(name, programs, directory)))));
    }
  } finally {
    sweep(directory);
  }
  process.stdout.write(`${times(results, (performance.now() - begun) / 1000)}\n`);
  if (keeps) writeDocument(results.flatMap(({ section }) => section ?? []));
  if (results.some(({ failed }) => failed)) process.exitCode = 1;
}

/** Leaves nothing of what was started in `directory`, whatever became of its Emperor. */
function sweep(directory) {
  for (const pid of pidsWith(`${directory}/`)) kill(pid);
  rmSync(directory, { recursive: true, force: true });
}

function readArguments(words) {
  const names = Object.keys(PARTS);
  const given = words.filter((word) => word !== '--write');
  const unknown = given.filter((word) => !names.includes(word));
  if (unknown.length > 0) throw new Error(`no such part: ${unknown.join(' ')}; there are ${names.join(' ')}`);
  const keeps = words.includes('--write');
  if (keeps && given.length > 0) throw new Error('--write keeps what one run measured: all parts, or none');
  return { wanted: given.length > 0 ? names.filter((name) => given.includes(name)) : names, keeps };
}

/** `{ name, seconds, section, failed }`; of a part that failed the section says why. */
async function measured(name, programs, directory) {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  try {
    const section = await PARTS[name](programs, directory);
    process.stdout.write(`## ${section.title}\n\n${section.text}\n\n`);
    return { name, section, seconds: seconds(), failed: false };
  } catch (error) {
    process.stderr.write(`bench: ${name} failed: ${error.stack}\n`);
    const section = { title: name, text: `Was not measured: ${error.message.split('\n')[0]}.` };
    return { name, section, seconds: seconds(), failed: true };
  }
}

function inGroups(names) {
  const together = names.filter((name) => AT_ONCE.includes(name));
  const alone = names.filter((name) => !AT_ONCE.includes(name)).map((name) => [name]);
  return together.length > 0 ? [...alone, together] : alone;
}

function times(results, allSeconds) {
  const rows = results.map(({ name, seconds, failed }) => [
    name,
    `${seconds.toFixed(1)} s`,
    failed ? 'FAILED' : '',
  ]);
  return table(['part', 'took', ''], [...rows, ['all', `${allSeconds.toFixed(0)} s`, '']]);
}

await main();
