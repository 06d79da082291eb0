// Our own parts: Node, the addon, the jailer, and one jail made with all of them.
import { no, type Probe, partly, type World, yes } from './probe.ts';

const NODE_FLOOR = [20, 19] as const;
const MACHINES = ['x64', 'arm64'];

export const PROGRAM: readonly Probe[] = [
  { id: 'node', area: 'program', title: 'Node', needed: true, look: lookAtNode },
  { id: 'c-library', area: 'program', title: 'C library', needed: true, look: lookAtLibrary },
  { id: 'addon', area: 'program', title: 'addon', needed: true, look: lookAtAddon },
  { id: 'jailer', area: 'program', title: 'jailer', needed: true, look: lookAtJailer },
  { id: 'jail', area: 'program', title: 'a jail', needed: true, look: tryJail },
];

function lookAtNode({ nodeVersion }: World) {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isOld = major < NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor < NODE_FLOOR[1]);
  if (!isOld) return yes(nodeVersion);
  return no(nodeVersion, `install Node ${NODE_FLOOR.join('.')} or newer`);
}

function lookAtLibrary({ glibc, arch, native }: World) {
  const found = `${glibc === undefined ? 'not glibc' : `glibc ${glibc}`}, ${arch}`;
  if (!(native instanceof Error)) return yes(found);
  if (glibc === undefined) return no(found, 'use a Node for glibc, or build tsjail here: npm run build');
  return MACHINES.includes(arch) ? yes(found) : no(found, 'build tsjail on this machine: npm run build');
}

function lookAtAddon({ native }: World) {
  if (!(native instanceof Error)) return yes('loads');
  const [reason = ''] = native.message.split('\n', 1);
  return no(reason, 'install the package again, or build it: npm run build');
}

function lookAtJailer(world: World) {
  if (world.native instanceof Error) return no('cannot be opened without the addon');
  const place = world.openJailer();
  if (place.startsWith('/memfd:')) return yes('in a sealed memory file');
  const noexec = world.read('/proc/sys/vm/memfd_noexec')?.trim();
  return partly(
    `run from ${place}`,
    noexec === '2'
      ? 'vm.memfd_noexec = 2 forbids memory files that run; sysctl vm.memfd_noexec=1 would allow them'
      : 'keep that file, and its file system, from being written to by others',
  );
}

async function tryJail({ native, trial, uid }: World) {
  if (native instanceof Error) return no('not without the addon');
  const failure = await trial('--clone=fs,pid');
  if (failure === undefined) return yes('made, and its command ran');
  const advice =
    uid === 0
      ? 'root needs CAP_SYS_ADMIN: in a container, give it that (--privileged, or security.nesting)'
      : 'an ordinary user needs user namespaces: see below, or run the daemon as root';
  return no(failure, advice);
}
