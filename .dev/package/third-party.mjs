// The text THIRD-PARTY: whose work is in what we hand out, and under which terms.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { handedOut, unlisted } from './licences.mjs';
import { Stop } from './source.mjs';

const LICENCE_FILES = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE'];
const RUNTIME = `libstdc++ and libgcc, parts of which are in tsjail.node

Copyright (C) Free Software Foundation, Inc.
GPL-3.0-or-later WITH GCC-exception-3.1: the exception permits what is compiled by GCC to be handed out under any terms.
`;

export function thirdParty() {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const strange = unlisted(lock);
  if (strange.length > 0)
    throw new Stop(`terms that nobody has looked at (.dev/package/licences.mjs): ${strange.join(', ')}`);
  const { packages } = lock;
  const all = handedOut(lock);
  const parts = [...all.map((path) => partOf(path, packages[path])), RUNTIME];
  return ["Other people's work in tsjail: in dist/, and in tsjail.node.\n", ...parts].join(
    `\n${'-'.repeat(72)}\n\n`,
  );
}

function partOf(path, { version, license }) {
  const name = path.slice('node_modules/'.length);
  const file = LICENCE_FILES.map((each) => join(path, each)).find(existsSync);
  // Some hand out no more than the name of it.
  const { author } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
  const text = file === undefined ? `Copyright ${authorName(author)}` : readFileSync(file, 'utf8').trim();
  if (license === undefined && file === undefined) throw new Stop(`${name}: under which terms is it?`);
  return `${name} ${version}: ${license}\n\n${text}\n`;
}

function authorName(author) {
  return typeof author === 'string' ? author : (author?.name ?? 'its authors');
}
