// The names of the steps of a plan and how many arguments each takes: shared by the jailer and by a test that
// compares them with src/plan/steps.ts. A plan is strings ended by NUL: name, number of arguments, the
// arguments.
#pragma once

// X(name, least arguments, most arguments)
// A longer line must not change all others.
// clang-format off
#define TSJAIL_STEPS(X) \
  /* session, and the Emperor's part */ \
  X(session, 0, 0) /* setsid(2), and a session keyring of its own */ \
  X(await_release, 0, 0) /* wait for "release" on the control socket: maps written, cgroup joined */ \
  X(await_maps, 0, 0) /* send "maps" (of a user namespace unshared just now), then as above */ \
  X(own_user, 0, 0) /* become uid 0 and gid 0 of the new user namespace */ \
  X(not_dumpable, 0, 0) /* PR_SET_DUMPABLE 0; no ambient or inheritable capabilities */ \
  /* namespaces */ \
  X(private_mounts, 0, 0) /* mount("/", MS_REC|MS_PRIVATE) */ \
  X(unshare, 1, 1) /* FLAGS */ \
  X(setns, 3, 3) /* PATH OTHER_UID KILL_FD: join those of a server, or the one of a file */ \
  X(setns_socket, 2, 18) /* PATH OTHER_UID NAME...: what the init will hand out */ \
  X(loopback_up, 0, 0) /* SIOCSIFFLAGS lo */ \
  X(hostname, 1, 1) /* NAME */ \
  X(domainname, 1, 1) /* NAME */ \
  /* control groups */ \
  X(join_cgroup, 2, 2) /* FD of its cgroup.procs, DIRECTORY; nothing on v2 */ \
  /* file system */ \
  X(fresh_proc, 2, 2) /* FLAGS DATA: on /proc, unless the mounts are joined ones */ \
  X(mount, 5, 5) /* SOURCE TARGET FSTYPE FLAGS DATA (empty string: NULL) */ \
  X(lock_shared, 1, 1) /* DIR: is used from now on; the Emperor gets a descriptor, see root_locks.h */ \
  X(lock_alone, 0, 0) /* nobody else may use the root of root-at, until this process ends */ \
  X(open_early, 0, 1024) /* PATH...: sources of the host that root of a user namespace may not reach */ \
  X(hold_place, 1, 1) /* PATH: a source as it is before anything is put over the host root */ \
  X(hold_tree, 2, 2) /* SOURCE FLAGS: the same, as a mount for put-bind */ \
  X(root_at, 1, 1) /* DIR: where the following are put; "/": the host's own */ \
  X(root_bind, 1, 1) /* DIR: the same, with a mount of DIR alone on itself */ \
  X(note_mounts, 0, 0) /* those that read-only is about */ \
  X(note_null, 0, 0) /* /dev/null of the old root, for mask */ \
  X(put_bind, 3, 3) /* SOURCE TARGET FLAGS (MS_REC: with all below it) */ \
  X(put_bind_if_there, 3, 3) /* the same, where there are SOURCE and, on the host, TARGET */ \
  X(put_mount, 4, 4) /* FSTYPE TARGET FLAGS DATA */ \
  X(put_mount_if_there, 4, 4) /* the same, where TARGET is a directory */ \
  X(put_overlay, 5, 5) /* LOWER UPPER WORK TARGET FLAGS (no UPPER: a tmpfs) */ \
  X(put_dev, 1, 1) /* TARGET: a minimal /dev */ \
  X(put_dev_if_there, 1, 1) /* the same, where TARGET is a directory */ \
  X(switch_root, 0, 0) /* pivot_root(2) to the root, the old one is gone */ \
  X(pivot_root, 2, 2) /* NEW OLD, relative to NEW */ \
  X(chroot, 1, 1) /* DIR */ \
  X(detach_old_root, 1, 1) /* OLD: what pivot-root left, if it is mounted still; told on descriptor 2 */ \
  X(mask, 1, 1) /* PATH: nothing to be seen there; not there: fine */ \
  X(hide, 1, 1) /* PATH: the same; below what may not be passed: fine too */ \
  X(seal, 1, 1) /* PATH: nothing below it can be written; not there: fine */ \
  X(read_only, 0, 0) /* those of note-mounts; without it all that there are */ \
  X(unmake, 3, 3) /* "directory"|"file" PATH IDENTITY ("*:*:": any device): goes, where it is what a jail has made */ \
  /* for the Emperor, with a tenant's rights: see tenant_files.cc */ \
  X(read_file, 1, 1) /* PATH: a regular file, to descriptor 1 */ \
  X(open_log, 1, 1) /* PATH: for appending; the Emperor gets the descriptor */ \
  X(rotate_log, 3, 3) /* PATH KEEP INODE: to PATH.1 and so on, where PATH is that file still */ \
  /* hooks: see hook.h */ \
  X(helper, 0, 0) /* this process only carries out hooks, and ends whoever they leave */ \
  X(await_hooks, 1, 1) /* PHASE: wait until the Emperor has done the hooks of that phase */ \
  X(hook_environment, 0, 64) /* NAME=VALUE...: of the programs of hooks */ \
  X(hook_phase, 2, 2) /* PHASE TIMEOUT_MS: of the hooks that follow */ \
  X(hook_join, 1, 2) /* FLAGS [PID]: setns(2) to the process whose pidfd is descriptor 0, or to PID */ \
  X(enter_jail, 1, 1) /* PID: to its network and its root, for a helper */ \
  X(hook_mount, 5, 6) /* SOURCE TARGET FSTYPE FLAGS DATA ["on-host": to be undone] */ \
  X(hook_umount, 2, 3) /* TARGET FLAGS [MOUNT]; 16384: all below too; MOUNT: the number of the mount meant */ \
  X(hook_exec, 2, 2) /* LINE "must-work"|"may-fail" */ \
  X(hook_chdir, 1, 1) /* PATH */ \
  X(hook_mkdir, 1, 1) /* PATH */ \
  X(hook_write, 3, 3) /* PATH TEXT "create"|"write"|"writen"|"append"|"appendn" */ \
  X(hook_fifo, 3, 3) /* PATH TEXT "skip"|"wait" where nobody reads */ \
  X(hook_unlink, 1, 1) /* PATH */ \
  X(hook_chmod, 2, 2) /* PATH MODE, octal */ \
  X(hook_sticky, 1, 1) /* PATH */ \
  X(hook_chown, 3, 3) /* PATH USER GROUP, numbers or names of this root */ \
  X(hook_putenv, 1, 1) /* NAME=VALUE for the programs of hooks and the command */ \
  X(hook_wait, 2, 3) /* "fs"|"file"|"dir" PATH, "socket" ADDRESS SOCKADDR in hex */ \
  X(hook_print, 1, 1) /* TEXT */ \
  X(hook_exit, 1, 1) /* CODE */ \
  X(hook_later, 2, 2) /* COUNT TIMEOUT_MS: so many steps are for when something happens to the command */ \
  X(hook_on, 1, 1) /* EVENT: for which of them the steps up to the next are */ \
  X(hook_done, 0, 0) /* the end of a helper, and of what comes after the command */ \
  /* for somebody who enters a vassal that runs: see enter_vassal.cc */ \
  X(enter, 2, 2) /* PID START_TICKS: to all namespaces and the root of that very process */ \
  X(enter_cgroup, 3, 3) /* FD of its cgroup.procs, DIRECTORY, "must-work"|"may-fail" */ \
  /* processes */ \
  X(notify_socket, 0, 0) /* for what the command tells of itself (sd_notify(3)): the init hears it */ \
  X(init, 4, 4) /* fork: UID GID KILL_FD CLONE_FLAGS; the rest of the plan is the command's */ \
  X(refork, 1, 1) /* fork: KILL_FD; this process stays outside and passes signals and the end on */ \
  X(terminal, 0, 0) /* setsid, TIOCSCTTY on descriptor 0 */ \
  /* limits */ \
  X(rlimit, 3, 3) /* RESOURCE SOFT HARD ("-": as it is, "inf"); soft is cut to hard */ \
  X(nice, 1, 1) /* N */ \
  X(oom_score_adj, 1, 1) /* N */ \
  X(umask, 1, 1) /* MODE, octal */ \
  /* who it is: names of the jail's own /etc/passwd and /etc/group */ \
  X(find_user, 1, 1) /* USER: a name that must be there, or a number */ \
  X(group_of_user, 0, 0) /* its group is that of passwd */ \
  X(find_group, 1, 1) /* GROUP: a name that must be there, or a number */ \
  X(groups_of_user, 0, 0) /* as initgroups(3) */ \
  X(add_group, 1, 1) /* GROUP: one more supplementary group */ \
  X(user_environment, 1, 4) /* VARIABLE...: HOME, USER, LOGNAME, SHELL of the user that was found */ \
  X(own_output, 0, 0) /* pipes on 0 to 2 belong to the user that was found */ \
  X(own_terminal, 0, 0) /* so does the terminal on 0 */ \
  /* privileges */ \
  X(bounding_set, 0, 64) /* NAME:NUMBER...: at most these */ \
  X(drop_bounding, 1, 64) /* NAME:NUMBER...: all but these */ \
  X(keep_caps, 0, 0) /* PR_SET_KEEPCAPS, for the change of uid */ \
  X(groups, 0, 65536) /* GID... */ \
  X(groups_found, 0, 0) /* those that were found */ \
  X(gid, 1, 1) /* GID, or "found" */ \
  X(uid, 1, 1) /* UID, or "found" */ \
  X(capabilities, 0, 64) /* NAME:NUMBER...: permitted and effective are exactly these */ \
  X(trim_capabilities, 0, 0) /* permitted and effective within the bounding set */ \
  X(ambient, 1, 64) /* NAME:NUMBER..., or "all" that are permitted */ \
  X(ambient_unless_root, 1, 64) /* the same, for a uid that gets none by exec */ \
  X(no_new_privs, 0, 0) /* PR_SET_NO_NEW_PRIVS */ \
  X(landlock, 1, 256) /* "ro:"|"rw:" PATH...: nothing but these (landlock(7)) */ \
  X(seccomp, 2, 2) /* FLAGS PROGRAM in hex: a filter of system calls (seccomp(2)) */ \
  /* the command */ \
  X(chdir, 1, 1) /* PATH; then getcwd must begin with a slash */ \
  X(chdir_or_root, 1, 1) /* PATH, or "/" where it is not to be had */ \
  X(death_signal, 0, 0) /* PR_SET_PDEATHSIG SIGKILL against the init, which must be alive still */ \
  X(signals, 0, 0) /* every disposition default, empty mask */ \
  X(close_fds, 0, 64) /* KEEP...: all others above 2 become CLOEXEC */ \
  X(pass_fds, 2, 65) /* FIRST TARGET...: descriptor FIRST and those behind it become TARGETs of the command */ \
  X(other_programs, 2, 65) /* COUNT NAME...: so many are tried before the program of the command, the others after it */ \
  X(exec, 1, 1048576) /* ARGC ARGV... ENV...; PATH of ENV is searched */
// clang-format on
