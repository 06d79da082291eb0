// Who is measured beside tsjail: what each of them does, and does not, so that nobody compares what is not alike.
import { versionOf } from './install.mjs';
import { table } from './numbers.mjs';

/** The name, the package that tells the version, what it does, what it does not. */
const PEERS = [
  [
    'raw C',
    undefined,
    'the kernel calls of tsjail’s full jail, and an init that stays: the floor',
    'no config, no supervision, no errors told',
  ],
  [
    'unshare(1)',
    'util-linux',
    'the same namespaces and a fresh /proc, for one command',
    'no init, `lo` stays down, no root of its own, no supervision',
  ],
  [
    'bubblewrap',
    'bubblewrap',
    'namespaces, binds, a fresh /proc, an init; seccomp when given a filter; without root',
    'no supervision, no cgroup limits',
  ],
  [
    'crun',
    'crun',
    'OCI containers in C: all namespaces, cgroups, seccomp; here with the least spec and no cgroup',
    'no supervision: an engine above it does that',
  ],
  ['runc', 'runc', 'the same in Go', 'the same'],
  [
    'runit',
    'runit',
    'a directory for each service, scanned every 5 s; a supervising process for each; starts anew at once',
    'no jail; a second of pause after a run of less than one',
  ],
  [
    's6',
    's6',
    'a directory for each service, scanned when told; a supervising process for each; readiness by a descriptor',
    'no jail; one start a second at most',
  ],
  [
    'supervisord',
    'supervisor',
    'one process in Python, one config, which it reads when told; a web interface',
    'no jail; looks once a second',
  ],
  [
    'pm2',
    'pm2',
    'one process in Node.js, told what to run; a cluster mode for Node.js',
    'no jail; no watched directory',
  ],
  [
    'uWSGI Emperor',
    'uwsgi-core',
    'a directory of ini files, as tsjail; namespaces by `emperor-use-clone`; speaks with its vassals by a pipe',
    'looks every three seconds; its jails are loose: see below',
  ],
];

/** Not measured, and why. */
const ABSENT =
  'Not measured: nsjail and minijail, which Debian 12 does not have; systemd, which has to be the machine’s own pid 1.';

export function peersSection() {
  const rows = PEERS.map(([name, source, does, lacks]) => [
    name,
    source === undefined ? '' : (versionOf(source) ?? 'not installed'),
    does,
    lacks,
  ]);
  const head = ['peer', 'version', 'what it does', 'what it does not'];
  const ours =
    'tsjail watches a directory, validates what it finds, starts each command in a jail of its own, keeps it running and tells why when it is not.';
  return { title: 'Who is measured', text: `${ours}\n\n${table(head, rows)}\n\n${ABSENT}` };
}
