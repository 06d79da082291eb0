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

/** Where there is more to be had, and why it was not taken. */
const LEFT = [
  '**A mount namespace kept ready for each config** would save a start the binds and masks, little more than 0.1 ms by the trace above; what is mounted for each jail alone (/proc, /dev, its terminals and shared memory, /run) has to be made all the same. But it would have to be what one made now would be: each source, target and mask is a path, looked up at each start, behind which a deploy may have put something else (a link that leads to the next release, a directory that was renamed). The kernel tells of mounts that come and go, not of those. So it cannot be shown to be fresh, and a start that has an old tree would be worse than one that takes that much longer.',
  '**A spare network is looked at before it is given away**: 75 reads, some 0.1 ms without the trace. They are what makes it as good as a new one.',
  '**The bounding set is dropped in each command, one capability after the other, and read again**: in the launcher’s thread it would have to be done once; but hooks of the jail need what a command must not have, and a filter around the daemon may say yes and do nothing.',
  '**A boot** takes one and a half to two and a half times what the raw C launcher takes on two processors: the more, the faster the machine is in the kernel. Both processors are busy: what the loop takes for a vassal (its config read, understood and planned; the jail followed from the clone to the exec; its log lines; collecting what all that has left in V8’s heap) the launchers do not get. No part of it stands out: reading and planning are a fifth of the loop’s time, the clone a tenth, what is done at the exec an eighth, log lines a fourteenth, collecting a twelfth. With a processor more the loop should be beside them; that was not measured.',
  '**V8’s code, kept from one start to the next** (`cachedData` of `node:vm`, with what had been compiled when the program ended) was tried on a machine where bare Node takes 70 ms: `tsjail check` took 72 ms more than that instead of 99, the first exec of a boot came after 286 ms instead of 328, and a boot of 1000 took as long as before. It would be a file that has to be made anew for each version of Node and each set of its flags, and that V8 runs as it is. What did help is in `dist/`: a few files instead of one for each module, CommonJS, and what a command does not need is not loaded.',
];

export function leftSection() {
  return { title: 'What was left alone, and why', text: LEFT.map((each) => `- ${each}`).join('\n') };
}

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
