// Texts that a Debian package has to have (policy 4.4, 5.3, 12.5).
const MAINTAINER = 'tsjail contributors <maintainers@tsjail.invalid>';
const SUMMARY = 'Emperor that keeps commands running in Linux namespaces';

const DESCRIPTION = `tsjail watches a directory of .ini files and keeps the command of each one
running in namespaces, control groups and with limits of its own: started
within milliseconds, restarted when it ends, and told why in one line.
.
It reads the configs of a uWSGI Emperor unchanged, but works for any command.`;

export function control({ version, debian, kib }) {
  const fields = {
    Package: 'tsjail',
    Version: `${version}-1`,
    Architecture: debian,
    Maintainer: MAINTAINER,
    'Installed-Size': kib,
    // Debian 12 has Node 18: there it comes from NodeSource.
    Depends: 'libc6 (>= 2.28), nodejs (>= 20.19)',
    Recommends: 'uidmap',
    Suggests: 'logrotate',
    Section: 'admin',
    Priority: 'optional',
    Description: [SUMMARY, ...DESCRIPTION.split('\n')].join('\n '),
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

export function changelog(version, seconds) {
  const date = new Date(seconds * 1000).toUTCString().replace('GMT', '+0000');
  return `tsjail (${version}-1) unstable; urgency=medium

  * Version ${version}: see /usr/share/doc/tsjail/changelog.gz

 -- ${MAINTAINER}  ${date}
`;
}

/** In the form that programs read (copyright-format 1.0). */
export function copyright(licence) {
  const [, holder = ''] = /^(Copyright .*)$/m.exec(licence) ?? [];
  const terms = licence.slice(licence.indexOf('Permission is hereby'));
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: tsjail
Comment: Other people's work in usr/lib/tsjail, all of it under the Expat, ISC or
 a like license, is listed with its terms in /usr/share/doc/tsjail/THIRD-PARTY.gz

Files: *
${holder.replace(/^Copyright (\(c\) )?/, 'Copyright: ')}
License: Expat

License: Expat
${indented(terms)}
`;
}

function indented(text) {
  const lines = text.trim().split('\n');
  return lines.map((line) => (line.trim() === '' ? ' .' : ` ${line}`)).join('\n');
}
