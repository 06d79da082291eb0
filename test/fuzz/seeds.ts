// Where the fuzzers begin: plans as the daemon makes them, one plan for each step, and what servers, files and the kernel
// say when all is well. `run.mjs` bundles and runs it: `seeds.mjs DIRECTORY`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NO_ANSWERS } from '../../src/config/host.ts';
import { inOneLine } from '../../src/config/problems/format.ts';
import { NO_DEFAULTS, parseVassal } from '../../src/config/vassal.ts';
import { hostFacts } from '../../src/emperor/host.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { encodePlan } from '../../src/plan/encode.ts';
import { helpersOf } from '../../src/plan/print.ts';
import { type Plan, STEPS, type StepName } from '../../src/plan/step.ts';

const MARK = Buffer.from([0xff, 0xfe, 0xfd]);
const ENVIRONMENT = { PATH: '/usr/bin:/bin', HOME: '/root' };

const VASSALS: Readonly<Record<string, readonly string[]>> = {
  plain: ['command = true'],
  full: [
    'clone = fs,net,ipc,uts,pid,cgroup,time',
    'hostname = web',
    'uid = nobody',
    'gid = nogroup',
    'add-gid = games',
    'limit-nofile = 100:200',
    'prio = 3',
    'umask = 027',
    'oom-score-adj = 5',
    'ready = notify',
    'command = sleep 1',
  ],
  root: [
    'namespace = /srv/root:web',
    'bind = /etc/hosts',
    'bind-ro = /usr:/opt/usr',
    'tmpfs = /tmp size=1m',
    'dev = minimal',
    'mask = /etc/shadow',
    'read-only',
    'seccomp = strict',
    'landlock-ro = /usr',
    'landlock-rw = /tmp',
    'cap = net_bind_service',
    'command = app',
  ],
  user: ['clone = user,fs,pid,net', 'overlay = /lower:/mnt', 'command = true'],
  hooks: [
    'clone = fs,net,pid',
    'hook-as-root = mount:tmpfs none /mnt nosuid size=1m',
    'hook-as-root = mkdir:/mnt/d',
    'hook-as-root = writen:/mnt/f text',
    'hook-as-root = chown:/mnt/f nobody nogroup',
    'hook-as-root = wait_for_socket:127.0.0.1:80',
    'hook-as-root = wait_for_file:/mnt/f',
    'hook-as-root = umount:/mnt rec',
    'hook-as-user = exec:echo $HOME',
    'hook-as-user = putenv:A=b',
    'hook-as-user-atexit = exec:echo after',
    'exec-as-emperor = true',
    'hook-post-jail = print:done',
    'command = true',
  ],
  setns: ['setns = /run/x.sock', 'setns-socket = /run/y.sock', 'command = true'],
  refork: ['clone = fs', 'unshare = pid', 'refork-as-root', 'command = true'],
  open: [
    'profile = open',
    'clone = fs,pid',
    'chroot = /srv/root',
    'cap = all',
    'init = false',
    'command = true',
  ],
};

function planOf(name: string, lines: readonly string[]): Plan {
  const text = ['[vassal]', ...lines].join('\n');
  const input = { name, path: `/vassals/${name}.ini`, directory: '/', text };
  const { config, problems } = parseVassal(input, NO_DEFAULTS, { ...hostFacts(), ...NO_ANSWERS });
  if (config === undefined) throw new Error(`${name}: ${problems.map(inOneLine).join('\n')}`);
  return buildPlan(config, { environment: ENVIRONMENT, uid: 0, terminal: false });
}

function write(directory: string, target: string, name: string, ...parts: (string | Buffer)[]): void {
  mkdirSync(join(directory, target), { recursive: true });
  writeFileSync(join(directory, target, name), Buffer.concat(parts.map((part) => Buffer.from(part))));
}

function plans(directory: string): void {
  for (const [name, lines] of Object.entries(VASSALS)) {
    const plan = planOf(name, lines);
    write(directory, 'plan', name, encodePlan(plan));
    write(directory, 'jailer', name, encodePlan(plan), MARK);
    helpersOf(plan).forEach(([, steps], index) => {
      const helper = encodePlan({ ...plan, steps });
      write(directory, 'jailer', `${name}-${index}`, helper, MARK);
    });
  }
  const end = 'exec\x002\x001\x00true\x00';
  for (const [name, [least]] of Object.entries(STEPS) as [StepName, readonly [number, number]][]) {
    const words = Array.from({ length: least }, (_, index) => (index === 0 ? '/mnt' : '0'));
    const step = [name, String(least), ...words].map((word) => `${word}\0`).join('');
    write(directory, 'jailer', `step-${name}`, name === 'exec' ? '' : step, end, MARK);
  }
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** Answers of the fuzzers' kernel (kernel.cc): a byte says that the call succeeds, then comes what it gives. */
function tapes(directory: string): void {
  // statx: a socket; socket, connect, peer, getuid, poll, recvmsg
  const server = Buffer.from([0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
  write(directory, 'setns', 'server', server, Buffer.from([0, 15]), 'uwsgi-setns', int(2), Buffer.from([2]));
  write(directory, 'setns', 'file', Buffer.from([0, 1, 0, 0, 0, 0, 0]));
  const said = [
    'signal 15',
    'event stop',
    'event reload',
    'kill',
    'release',
    'READY=1\nSTATUS=up',
    'WATCHDOG=1',
  ];
  said.forEach((word, index) => {
    write(directory, 'init', `said-${index}`, Buffer.alloc(60, 0), Buffer.from([word.length]), word);
  });
  write(directory, 'accounts', 'passwd', 'root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/srv:/bin/sh\n');
  write(directory, 'accounts', 'group', 'root:x:0:\nweb:x:1000:a,web\ngames:x:5:web\n#x\n+::\n');
  const mounts = '22 1 0:21 / / rw - ext4 /dev/sda rw\n0 22 0:5 / /proc\\040x rw - proc proc rw\n';
  write(directory, 'mounts', 'two', mounts);
  write(directory, 'order', 'full', '1234\0/g\x001\0web\x005\x006\x002\0/a\0/b\0exec\x002\x001\0true\0');
}

const [directory = ''] = process.argv.slice(2);
plans(directory);
tapes(directory);
