// `npm run package`: tarball and Debian packages into packages/, from what `npm run build` has made. The same source gives the
// same bytes: names are sorted, modes and times are set.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { binariesFor } from './binaries.mjs';
import { makeDeb } from './deb.mjs';
import { MACHINES } from './machines.mjs';
import { makeTarball } from './npm.mjs';
import { sbom } from './sbom.mjs';
import { PACKAGES, ROOT, Stop, say, sourceDate } from './source.mjs';
import { thirdParty } from './third-party.mjs';
import { writeWords } from './words.mjs';

const MAKERS = {
  npm: (parts) => [makeTarball(parts)],
  deb: (parts) => Object.keys(MACHINES).map((arch) => makeDeb(arch, parts)),
};

function main(kinds) {
  const unknown = kinds.find((kind) => !(kind in MAKERS));
  if (unknown !== undefined || kinds.length === 0)
    throw new Stop(`usage: node .dev/package/main.mjs [${Object.keys(MAKERS).join('] [')}]`);
  process.chdir(ROOT);
  process.umask(0o022);
  process.env.SOURCE_DATE_EPOCH = String(sourceDate());
  rmSync(`${PACKAGES}/stage`, { recursive: true, force: true });
  mkdirSync(`${PACKAGES}/stage`, { recursive: true });
  writeWords();
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const binaries = Object.fromEntries(Object.keys(MACHINES).map((arch) => [arch, binariesFor(arch)]));
  const parts = { version, binaries, thirdParty: thirdParty(), bill: sbom() };
  for (const path of kinds.flatMap((kind) => MAKERS[kind](parts))) say(path);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  process.stderr.write(`tsjail: ${error.message}\n`);
  process.exitCode = 1;
}
