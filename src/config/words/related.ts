// Options that are understood better together: "see also" of `tsjail explain`. Whoever is in one of these rows has the rest of it.
import type { OptionName } from '../options.ts';

export const RELATED: readonly (readonly OptionName[])[] = [
  ['command', 'chdir', 'env', 'init'],
  ['command', 'unprivileged-binary-patch-arg', 'unprivileged-binary-patch'],
  ['env', 'unenv', 'env-file'],
  ['uid', 'gid', 'add-gid', 'no-initgroups'],
  ['uid', 'uid-map', 'emperor-tyrant'],
  ['cap', 'cap-drop', 'cap-ambient', 'no-new-privs', 'emperor-cap'],
  ['clone', 'unshare', 'unshare2', 'emperor-use-clone'],
  ['clone', 'namespace'],
  ['refork-post-jail', 'refork-as-root', 'refork', 'unshare', 'unshare2'],
  ['hostname', 'domainname', 'namespace'],
  ['setns', 'setns-socket', 'setns-socket-skip'],
  ['uid-map', 'gid-map', 'clone'],
  ['namespace', 'namespace-keep-mount', 'namespace-net', 'pivot-root', 'chroot'],
  ['pivot-root', 'keep-old-root'],
  ['bind', 'bind-ro', 'tmpfs', 'overlay'],
  ['read-only', 'mask', 'dev', 'proc'],
  ['read-only', 'bind', 'tmpfs'],
  ['restart', 'restart-delay', 'max-restart-delay', 'stable-after', 'start-limit'],
  ['restart-delay', 'emperor-throttle'],
  ['max-restart-delay', 'emperor-max-throttle'],
  ['ready', 'start-timeout', 'after', 'heartbeat-timeout'],
  ['stop-signal', 'stop-timeout'],
  ['stop-timeout', 'emperor-curse-tolerance'],
  ['reload', 'ready', 'socket'],
  ['cron', 'restart'],
  ['socket', 'chmod-socket', 'chown-socket', 'listen'],
  ['socket', 'on-demand', 'idle-timeout'],
  ['memory-max', 'memory-high', 'cpu-max', 'cpu-weight', 'pids-max', 'io-max'],
  ['memory-max', 'limit-as', 'oom-score-adj'],
  ['pids-max', 'limit-nproc'],
  ['cpu-weight', 'prio'],
  ['cgroup', 'cgroup-opt', 'cgroup-dir-mode'],
  ['hook-as-root', 'hook-post-jail', 'hook-as-user', 'hook-timeout'],
  ['hook-as-emperor', 'hook-as-emperor-before-vassal', 'hook-as-emperor-setns', 'hook-timeout'],
  ['vassals-start-hook', 'vassals-stop-hook', 'hook-emperor-start'],
  ['vassals-set', 'vassals-include-before', 'vassals-include', 'vassals-inherit-before', 'vassals-inherit'],
  ['emperor-tyrant', 'emperor-tyrant-nofollow', 'emperor-tyrant-initgroups'],
  ['emperor', 'emperor-freq', 'emperor-nofollow', 'emperor-extra-extension'],
  ['emperor-stats', 'stats-http'],
  ['emperor-command-socket', 'emperor-wait-for-command', 'emperor-wait-for-command-ignore'],
  ['emperor-collect-attr', 'emperor-wrapper-attr', 'emperor-chdir-attr'],
  ['emperor-wrapper', 'emperor-wrapper-override', 'emperor-wrapper-fallback', 'emperor-magic-exec'],
  ['emperor-on-demand-extension', 'emperor-on-demand-directory', 'emperor-on-demand-exec', 'on-demand'],
  ['emperor-pipe', 'ready', 'reload'],
];

/** In the order of the table, each once. */
export function relatedTo(name: OptionName): OptionName[] {
  const rows = RELATED.filter((row) => row.includes(name));
  return [...new Set(rows.flat())].filter((each) => each !== name);
}
