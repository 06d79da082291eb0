// `npm run bench [-- --write] [-- PART…]`: measures tsjail beside a raw C launcher and its peers in one run, prints tables, and with
// --write keeps them, with plots, in docs/benchmarks.md. The parts are those of parts.mjs; all by default. Needs root.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildLauncher, buildPrograms } from './build.mjs';
import { installPeers } from './install.mjs';
import { PARTS } from './parts.mjs';

const DOCUMENT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const PLOTS = fileURLToPath(new URL('../../docs/benchmarks/', import.meta.url));

async function main() {
  if (process.getuid() !== 0) throw new Error('needs root: sudo npm run bench');
  const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const unknown = wanted.filter((name) => !(name in PARTS));
  if (unknown.length > 0)
    throw new Error(`no such part: ${unknown.join(' ')}; there are ${Object.keys(PARTS).join(' ')}`);
  installPeers();
  const directory = mkdtempSync(join(tmpdir(), 'tsjail-bench-'));
  const sections = [];
  try {
    const programs = { ...buildPrograms(directory), jail: await buildLauncher() };
    for (const [name, part] of Object.entries(PARTS)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      const section = await part(programs, directory);
      sections.push(section);
      process.stdout.write(`## ${section.title}\n\n${section.text}\n\n`);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  if (process.argv.includes('--write')) write(sections);
}

function write(sections) {
  mkdirSync(PLOTS, { recursive: true });
  for (const { plots = {} } of sections) {
    for (const [name, svg] of Object.entries(plots)) writeFileSync(join(PLOTS, name), svg);
  }
  writeFileSync(DOCUMENT, document(sections));
}

function document(sections) {
  const cpu = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? process.arch;
  const machine = `Linux ${release().split('-')[0]}, Node ${process.versions.node}, ${availableParallelism()} × ${cpu}`;
  return [
    '# Benchmarks',
    `Written by \`npm run bench -- --write\` on ${new Date().toISOString().slice(0, 10)}: ${machine}.`,
    'Compare the rows of one table with each other, not with those of another machine. A full jail is `clone = fs,net,ipc,uts,pid`, `profile = open`',
    'with a fresh /proc, `lo` up, a hostname and the init that stays. The command is a static program that notes when it was started.',
    'Other jailers are programs that start anew for each jail; tsjail’s daemon is there already. nsjail and minijail are not in Debian',
    'and are not measured.',
    '',
    ...sections.map(sectionText),
  ].join('\n');
}

function sectionText({ title, text, plots = {} }) {
  const images = Object.keys(plots).map((name) => `![${title}](benchmarks/${name})\n\n`);
  return `## ${title}\n\n${images.join('')}${text}\n`;
}

await main();
