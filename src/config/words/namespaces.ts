// What is new in each kind of namespace, in words.
import type { NamespaceName } from '../namespaces.ts';

export const NAMESPACE_WORDS: Readonly<Record<NamespaceName, string>> = {
  fs: 'the mount table: what is mounted inside is not to be seen outside (also ns, mount, mnt)',
  net: 'network interfaces, addresses, ports and abstract sockets; lo is up, and nothing else is there',
  ipc: 'System V IPC and POSIX message queues',
  uts: 'host name and NIS domain name',
  pid: 'process ids: only the processes of the jail are to be seen, and a small init is pid 1',
  user: 'users, groups and capabilities: root inside is an ordinary user outside',
  cgroup: 'the root of what /proc/PID/cgroup shows',
  time: 'the monotonic clock and the boot clock',
};
