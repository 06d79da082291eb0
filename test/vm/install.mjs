// Puts tsjail where its package puts it, on a machine with systemd: from the .deb where there is one (TSJAIL_DEB, or what
// `npm run package` has made), else the files of this checkout to the same places.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LIB = '/usr/lib/tsjail';
const PLACES = {
  'tsjail.service': '/usr/lib/systemd/system/tsjail.service',
  'tsjail.socket': '/usr/lib/systemd/system/tsjail.socket',
  'tsjail.sysusers': '/usr/lib/sysusers.d/tsjail.conf',
  'tsjail.tmpfiles': '/usr/lib/tmpfiles.d/tsjail.conf',
  'tsjail.logrotate': '/etc/logrotate.d/tsjail',
};

/** Gives what it was installed from. */
export function install() {
  const deb = packageFile();
  if (deb) must('dpkg', '-i', '--force-depends', deb);
  else byHand();
  // A package may have started it already.
  must('systemctl', 'stop', 'tsjail.service');
  mkdirSync('/etc/tsjail/vassals', { recursive: true });
  must('systemctl', 'daemon-reload');
  return deb ?? `the files of ${ROOT}`;
}

function packageFile() {
  if (process.env.TSJAIL_DEB) return resolve(process.env.TSJAIL_DEB);
  const directory = join(ROOT, 'packages');
  const architecture = { x64: 'amd64' }[process.arch] ?? process.arch;
  const names = existsSync(directory) ? readdirSync(directory) : [];
  const name = names.find((each) => each.endsWith(`_${architecture}.deb`));
  return name && join(directory, name);
}

function byHand() {
  for (const name of ['dist', 'package.json', 'build/Release/tsjail.node', 'build/Release/tsjail-jailer']) {
    mkdirSync(dirname(join(LIB, name)), { recursive: true });
    cpSync(join(ROOT, name), join(LIB, name), { recursive: true });
  }
  chmodSync(join(LIB, 'dist/main.js'), 0o755);
  rmSync('/usr/bin/tsjail', { force: true });
  symlinkSync(join(LIB, 'dist/main.js'), '/usr/bin/tsjail');
  for (const [name, place] of Object.entries(PLACES)) {
    mkdirSync(dirname(place), { recursive: true });
    copyFileSync(join(ROOT, 'systemd', name), place);
  }
  must('systemd-sysusers', PLACES['tsjail.sysusers']);
  must('systemd-tmpfiles', '--create', PLACES['tsjail.tmpfiles']);
}

function must(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${status}\n${stdout}${stderr}`);
}
