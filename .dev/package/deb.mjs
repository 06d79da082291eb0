// The Debian package of one machine, by dpkg-deb from the table of deb-files.mjs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DEB_DIRECTORIES, DEB_FILES, DEB_LINKS, DEB_PLACES, DEB_SCRIPTS } from './deb-files.mjs';
import { changelog, control, copyright } from './deb-texts.mjs';
import { MACHINES } from './machines.mjs';
import { packageJson, scriptsOf } from './npm.mjs';
import { copyFile, filesBelow, PACKAGES, run, setTimes, sourceDate, writeFile } from './source.mjs';

const KIB = 1024;

export function makeDeb(arch, { version, binaries, thirdParty, bill }) {
  const { debian } = MACHINES[arch];
  const stage = join(PACKAGES, 'stage', debian);
  const conffiles = putFiles(stage);
  putProgram(stage, arch, binaries[arch]);
  putTexts(stage, version, thirdParty, bill);
  for (const { from, to } of DEB_LINKS) {
    mkdirSync(join(stage, dirname(from)), { recursive: true });
    symlinkSync(to, join(stage, from));
  }
  for (const directory of DEB_DIRECTORIES) mkdirSync(join(stage, directory), { recursive: true });
  putControl(stage, { version, debian, conffiles });
  setTimes(stage, sourceDate());
  const deb = join(PACKAGES, `tsjail_${version}-1_${debian}.deb`);
  // One thread: the bytes must not depend on how many there are.
  const how = ['--root-owner-group', '--threads-max=1', '-Zxz', '--build'];
  run('dpkg-deb', [...how, stage, deb], { mend: 'apt-get install -y dpkg' });
  return deb;
}

/** Gives the conffiles among them. */
function putFiles(stage) {
  const there = DEB_FILES.filter(({ from }) => existsSync(from));
  for (const { from, to, gzip } of there.flatMap(spread)) {
    if (gzip) writeFile(join(stage, `${to}.gz`), compressed(readFileSync(from)));
    else copyFile(from, join(stage, to), modeOf(from));
  }
  return there.filter(({ conffile }) => conffile).map(({ to }) => to);
}

function spread(row) {
  if (!statSync(row.from).isDirectory()) return [row];
  return filesBelow(row.from).map((file) => ({ ...row, from: join(row.from, file), to: join(row.to, file) }));
}

function modeOf(file) {
  return statSync(file).mode & 0o100 ? 0o755 : 0o644;
}

/** Without a time, and as small as it gets: policy 12.7. */
function compressed(content) {
  return gzipSync(content, { level: 9 });
}

function putProgram(stage, arch, binaries) {
  const lib = join(stage, DEB_PLACES.lib);
  writeFile(join(lib, 'package.json'), packageJson([arch]));
  for (const file of scriptsOf('dist'))
    copyFile(join('dist', file), join(lib, 'dist', file), file === 'main.js' ? 0o755 : 0o644);
  for (const file of filesBelow(binaries))
    copyFile(
      join(binaries, file),
      join(lib, 'prebuilds', `linux-${arch}`, file),
      modeOf(join(binaries, file)),
    );
}

function putTexts(stage, version, thirdParty, bill) {
  const doc = join(stage, DEB_PLACES.doc);
  writeFile(join(doc, 'copyright'), copyright(readFileSync('LICENSE', 'utf8')));
  writeFile(join(doc, 'changelog.Debian.gz'), compressed(changelog(version, sourceDate())));
  writeFile(join(doc, 'THIRD-PARTY.gz'), compressed(thirdParty));
  writeFile(join(doc, 'sbom.cdx.json'), bill);
}

function putControl(stage, { version, debian, conffiles }) {
  const files = filesBelow(stage);
  const sums = files
    .filter((file) => !DEB_LINKS.some(({ from }) => from === file) && !conffiles.includes(file))
    .map((file) => `${md5(readFileSync(join(stage, file)))}  ${file}\n`);
  const kib = files.reduce((sum, file) => sum + Math.ceil(sizeOf(join(stage, file)) / KIB), 0);
  const to = join(stage, 'DEBIAN');
  writeFile(join(to, 'control'), control({ version, debian, kib }));
  writeFile(join(to, 'md5sums'), sums.join(''));
  writeFile(join(to, 'conffiles'), conffiles.map((file) => `/${file}\n`).join(''));
  for (const script of DEB_SCRIPTS) copyFile(join('.dev/package/debian', script), join(to, script), 0o755);
}

function sizeOf(file) {
  return existsSync(file) ? statSync(file).size : 0;
}

function md5(content) {
  return createHash('md5').update(content).digest('hex');
}
