// The npm tarball: everything is in it, nothing is installed with it, nothing is run by its installation.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyFile, filesBelow, PACKAGES, run, writeFile } from './source.mjs';

/** What is not there is left out. */
const TREES = ['centre', 'vassals.example', 'systemd', 'docs', 'man', 'completions'];
const FILES = ['README.md', 'CHANGELOG.md', 'LICENSE', 'SECURITY.md'];
/** Of package.json. */
const KEPT = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'author',
  'homepage',
  'repository',
  'type',
  'bin',
  'engines',
  'os',
  'gypfile',
];

export function makeTarball({ version, binaries, thirdParty, bill }) {
  const stage = join(PACKAGES, 'stage/npm');
  mkdirSync(stage, { recursive: true });
  for (const file of scriptsOf('dist')) copyFile(join('dist', file), join(stage, 'dist', file), 0o644);
  for (const [arch, directory] of Object.entries(binaries))
    cpSync(directory, join(stage, 'prebuilds', `linux-${arch}`), { recursive: true });
  for (const tree of TREES.filter(existsSync)) cpSync(tree, join(stage, tree), { recursive: true });
  for (const file of FILES) copyFile(file, join(stage, file), 0o644);
  writeFile(join(stage, 'THIRD-PARTY'), thirdParty);
  writeFile(join(stage, 'sbom.cdx.json'), bill);
  writeFile(join(stage, 'package.json'), packageJson(Object.keys(binaries)));
  // npm sets times and modes, and sorts.
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', resolve(PACKAGES)], {
    cwd: stage,
  });
  return join(PACKAGES, `tsjail-${version}.tgz`);
}

/** And what says of which kind they are. What a build left beside is its own affair. */
export function scriptsOf(directory) {
  return filesBelow(directory).filter((file) => file.endsWith('.js') || file === 'package.json');
}

export function packageJson(cpus) {
  const own = JSON.parse(readFileSync('package.json', 'utf8'));
  const kept = Object.fromEntries(KEPT.filter((key) => key in own).map((key) => [key, own[key]]));
  const man = existsSync('man') ? { man: filesBelow('man').map((file) => `man/${file}`) } : {};
  const all = { ...kept, cpu: cpus, libc: ['glibc'], ...man };
  return `${JSON.stringify(all, null, 2)}\n`;
}
