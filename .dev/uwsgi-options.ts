// Every option of uWSGI 2.0.30 and of its development branch (2.1) that has to do with the Emperor, vassals, namespaces, jails
// and hooks, by where an administrator of uWSGI writes it. Held against the tables of our options by a unit test.
import type { Scope } from '../src/config/options.ts';

export interface UwsgiGroup {
  readonly title: string;
  readonly scope: Scope;
  /** Names; those behind a `+` are of 2.1 alone. */
  readonly names: string;
}

export const UWSGI_GROUPS: readonly UwsgiGroup[] = [
  {
    title: 'The Emperor',
    scope: 'emperor',
    names: `emperor early-emperor emperor-broodlord emperor-cap +emperor-chdir-attr +emperor-collect-attr
      +emperor-collect-attribute +emperor-command-socket emperor-curse-tolerance emperor-extra-ext
      emperor-extra-extension +emperor-fork-server-attr emperor-freq emperor-graceful-shutdown emperor-magic-exec
      emperor-max-throttle emperor-no-blacklist emperor-nofollow emperor-on-demand-dir emperor-on-demand-directory
      emperor-on-demand-exec emperor-on-demand-ext emperor-on-demand-extension emperor-pidfile emperor-procname
      emperor-required-heartbeat emperor-stats emperor-stats-server +emperor-subreaper
      emperor-throttle +emperor-trigger-socket emperor-tyrant +emperor-tyrant-initgroups emperor-tyrant-nofollow
      emperor-use-clone +emperor-use-fork-server +emperor-wait-for-command +emperor-wait-for-command-ignore
      emperor-wrapper +emperor-wrapper-attr emperor-wrapper-fallback emperor-wrapper-override imperial-monitor-list
      imperial-monitors-list +zeus stats stats-http stats-min stats-minified stats-server`,
  },
  {
    title: 'What the Emperor gives to vassals',
    scope: 'emperor',
    names: `vassal-cap vassals-cap vassal-set vassals-set vassals-include vassals-include-before vassals-inherit
      vassals-inherit-before vassals-start-hook vassals-stop-hook +vassal-fork-base`,
  },
  {
    title: 'Vassals',
    scope: 'vassal',
    names: `emperor-proxy-socket +fastrouter-emperor-socket +fork-server +fork-socket heartbeat
      +subscription-vassal-required vassal-sos vassal-sos-backlog zerg zerg-fallback zerg-server
      privileged-binary-patch privileged-binary-patch-arg unprivileged-binary-patch unprivileged-binary-patch-arg`,
  },
  {
    title: 'Namespaces and jails',
    scope: 'vassal',
    names: `chroot jail jail-attach jail-ip4 jail-ip6 jail2 jailed libjail namespace namespace-keep-mount namespace-net
      ns ns-net pivot-root pivot_root re-fork re-fork-as-root re-fork-post-jail refork refork-as-root refork-post-jail
      setns setns-preopen setns-skip setns-socket setns-socket-skip unshare unshare2`,
  },
  {
    title: 'Hooks of the Emperor',
    scope: 'emperor',
    names: `hook-emperor-start hook-as-emperor +hook-as-emperor-before-vassal +hook-as-emperor-setns hook-as-vassal
      +hook-as-vassal-before-drop +hook-as-on-config-vassal +hook-as-on-demand-vassal exec-as-emperor exec-as-vassal
      mount-as-emperor mount-as-vassal umount-as-emperor umount-as-vassal call-as-emperor call-as-emperor1
      call-as-emperor2 call-as-emperor4 call-as-vassal call-as-vassal1 call-as-vassal3`,
  },
  {
    title: 'Hooks of a vassal',
    scope: 'vassal',
    names: `hook-asap hook-pre-jail hook-post-jail hook-in-jail hook-as-root hook-as-user hook-as-user-atexit
      hook-emperor-lost hook-emperor-reload hook-emperor-stop hook-pre-app hook-post-app hook-post-fork hook-accepting
      hook-accepting-once hook-accepting1 hook-accepting1-once hook-as-gateway hook-as-mule hook-master-start hook-touch
      after-request-hook no-harakiri-after-req-hook exec-asap exec-pre-jail exec-post-jail exec-in-jail exec-as-root
      exec-as-user exec-as-user-atexit exec-pre-app exec-post-app mount-asap mount-pre-jail mount-post-jail mount-in-jail
      mount-as-root umount-asap umount-pre-jail umount-post-jail umount-in-jail umount-as-root call-asap call-pre-jail
      call-post-jail call-in-jail call-as-root call-as-user call-as-user-atexit call-pre-app call-post-app wait-for-dir
      wait-for-file wait-for-fs wait-for-fs-timeout wait-for-iface wait-for-iface-timeout wait-for-interface
      wait-for-interface-timeout wait-for-mountpoint wait-for-socket wait-for-socket-timeout`,
  },
];

export interface UwsgiOption {
  readonly name: string;
  readonly isNew: boolean;
}

export function optionsIn({ names }: UwsgiGroup): readonly UwsgiOption[] {
  const words = names.split(/\s+/).filter((word) => word !== '');
  return words.map((word) => ({ name: word.replace('+', ''), isNew: word.startsWith('+') }));
}
