// Files of other programs that the docs show: each is put where that program looks for it, and the program itself says whether it
// is right. What a file needs around it is made here.
import type { Program } from '../programs.ts';

export interface Other {
  readonly program: Program;
  /** Where it is put when the block does not say. */
  readonly path: string;
  /** A script that fails when the file, $1, is not right; $2 is the repository. */
  readonly check: string;
  /** It asks the daemon. */
  readonly daemon?: true;
}

/** A unit is right when it has nothing to be said of it; the program is one that is there on every machine. */
const VERIFY = `
verify() {
  sed -i s#/usr/bin/tsjail#/bin/true# /run/units/*.service /run/units/*.d/*.conf 2>/dev/null || :
  said=$(systemd-analyze verify --man=no "$@" 2>&1) || :
  [ -z "$said" ] || { echo "$said"; exit 1; }
}
`;

const DROP_IN = `${VERIFY}
cp "$2/systemd/tsjail.service" /run/units/
verify /run/units/tsjail.service
`;

export const OTHERS: Readonly<Record<string, Other>> = {
  'systemd-drop-in': {
    program: 'systemd-analyze',
    path: '/run/units/tsjail.service.d/docs.conf',
    check: DROP_IN,
  },
  // systemd 252 is to say what the page says of it.
  'systemd-253-drop-in': {
    program: 'systemd-analyze',
    path: '/run/units/tsjail.service.d/docs.conf',
    check: `case "$(systemd-analyze --version)" in
"systemd 25"[0-2]*)
  said=$(sh -ec '${DROP_IN.replaceAll("'", `'\\''`)}' check "$1" "$2") && exit 1
  [ "$(echo "$said" | wc -l)" = 1 ] && echo "$said" | grep 'service type.*notify-reload'
  ;;
*) ${DROP_IN} ;;
esac`,
  },
  'systemd-unit': {
    program: 'systemd-analyze',
    path: '/run/units/docs.service',
    check: `${VERIFY} verify "$1"`,
  },
  'systemd-user-unit': {
    program: 'systemd-analyze',
    path: '/run/units/tsjail.service',
    check: `export XDG_RUNTIME_DIR=/run; ${VERIFY} verify --user "$1"`,
  },
  'nginx-server': {
    program: 'nginx',
    path: '/etc/nginx/docs.conf',
    check: `
key=$(sed -n 's/ *ssl_certificate_key \\(.*\\);/\\1/p' "$1") certificate=$(sed -n 's/ *ssl_certificate \\(.*\\);/\\1/p' "$1")
openssl req -quiet -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=docs -keyout "$key" -out "$certificate" 2>&1 ||
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=docs -keyout "$key" -out "$certificate"
printf 'pid /run/docs-nginx.pid;\\nevents {}\\nhttp {\\ninclude %s;\\n}\\n' "$1" >/run/docs-nginx.conf
mkdir -p /var/log/nginx
nginx -q -t -c /run/docs-nginx.conf`,
  },
  logrotate: {
    program: 'logrotate',
    path: '/etc/logrotate.d/docs',
    check: `
mkdir -p /var/log/tsjail && echo line >/var/log/tsjail/docs.log
said=$(logrotate --debug "$1" 2>&1)
echo "$said"
! echo "$said" | grep -i 'error:'
echo "$said" | grep -q '^considering log /var/log/tsjail/docs.log'`,
  },
  prometheus: {
    program: 'promtool',
    path: '/etc/prometheus/docs.yml',
    check: 'touch "$(dirname "$1")/tsjail.token"; promtool check config "$1"',
  },
  'textfile-collector': {
    program: 'promtool',
    path: '/usr/local/bin/docs-metrics',
    daemon: true,
    check: `
sh -n "$1"
mkdir -p /var/lib/prometheus/node-exporter
sh "$1"
grep -q '^tsjail_vassals' /var/lib/prometheus/node-exporter/tsjail.prom
promtool check metrics </var/lib/prometheus/node-exporter/tsjail.prom`,
  },
  // It has no way to check a config: this is how it reads one when it starts.
  supervisord: {
    program: 'supervisord',
    path: '/etc/supervisor/conf.d/docs.conf',
    check: `
mkdir -p /var/log/supervisor /srv/web
/usr/bin/python3 - "$1" <<'EOF'
import sys
from supervisor.options import ServerOptions
options = ServerOptions()
options.realize(["-n", "-c", "/etc/supervisor/supervisord.conf"])
names = [process.name for group in options.process_group_configs for process in group.process_configs]
assert names, names
EOF`,
  },
  'php-fpm': {
    program: 'php-fpm8.2',
    path: '/srv/docs-fpm.conf',
    check: 'set -o pipefail; php-fpm8.2 -t -n -y "$1" 2>&1 | cat',
  },
};
