// What goes where in the Debian package. What a source does not have (yet) is left out.
const LIB = 'usr/lib/tsjail';
const DOC = 'usr/share/doc/tsjail';
const UNITS = 'usr/lib/systemd/system';

/** `from`: a file, or a directory with all below it. `gzip`: as policy has it. */
export const DEB_FILES = [
  { from: 'centre', to: `${LIB}/centre` },
  { from: 'systemd/tsjail.service', to: `${UNITS}/tsjail.service` },
  { from: 'systemd/tsjail.socket', to: `${UNITS}/tsjail.socket` },
  { from: 'systemd/tsjail.sysusers', to: 'usr/lib/sysusers.d/tsjail.conf' },
  { from: 'systemd/tsjail.tmpfiles', to: 'usr/lib/tmpfiles.d/tsjail.conf' },
  { from: 'systemd/tsjail.logrotate', to: 'etc/logrotate.d/tsjail', conffile: true },
  { from: '.dev/package/debian/emperor.ini', to: 'etc/tsjail/emperor.ini', conffile: true },
  { from: 'man/tsjail.1', to: 'usr/share/man/man1/tsjail.1', gzip: true },
  { from: 'man/tsjail.ini.5', to: 'usr/share/man/man5/tsjail.ini.5', gzip: true },
  { from: 'man/tsjail-vassal.5', to: 'usr/share/man/man5/tsjail-vassal.5', gzip: true },
  { from: 'completions/bash/tsjail', to: 'usr/share/bash-completion/completions/tsjail' },
  { from: 'completions/zsh/_tsjail', to: 'usr/share/zsh/vendor-completions/_tsjail' },
  { from: 'completions/fish/tsjail.fish', to: 'usr/share/fish/vendor_completions.d/tsjail.fish' },
  { from: 'README.md', to: `${DOC}/README.md` },
  { from: 'SECURITY.md', to: `${DOC}/SECURITY.md` },
  { from: 'CHANGELOG.md', to: `${DOC}/changelog`, gzip: true },
  { from: 'docs', to: `${DOC}/docs` },
  { from: 'vassals.example', to: `${DOC}/examples/vassals` },
  { from: '.dev/package/debian/lintian-overrides', to: 'usr/share/lintian/overrides/tsjail' },
];

export const DEB_DIRECTORIES = ['etc/tsjail/vassals'];

export const DEB_LINKS = [{ from: 'usr/bin/tsjail', to: '../lib/tsjail/dist/main.js' }];

export const DEB_SCRIPTS = ['postinst', 'prerm', 'postrm'];

export const DEB_PLACES = { lib: LIB, doc: DOC };
