// docs/benchmarks.md, and the plots beside it, from what one run has measured.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { leftSection, peersSection } from './told.mjs';

const DOCUMENT = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
const PLOTS = fileURLToPath(new URL('../../docs/benchmarks/', import.meta.url));

/** `sections`: `{ title, text, plots }`, plots by file name. What was there before goes. */
export function writeDocument(sections) {
  rmSync(PLOTS, { recursive: true, force: true });
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
    'Other jailers are programs that start anew for each jail; tsjail’s daemon is there already.',
    '',
    ...[peersSection(), ...sections, leftSection()].map(sectionText),
  ].join('\n');
}

function sectionText({ title, text, plots = {} }) {
  const images = Object.keys(plots).map((name) => `![${title}](benchmarks/${name})\n\n`);
  return `## ${title}\n\n${images.join('')}${text}\n`;
}
