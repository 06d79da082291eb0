// The names of the steps of a plan and how many arguments each takes: shared by the jailer and by a test that
// compares them with src/plan/steps.ts. A plan is strings ended by NUL: name, number of arguments, the
// arguments.
#pragma once

// X(name, least arguments, most arguments)
#define TSJAIL_STEPS(X)                                                                               \
  /* session, and the Emperor's part */                                                               \
  X(session, 0, 0)       /* setsid(2), and a session keyring of its own */                            \
  X(await_release, 0, 0) /* wait for "release" on the control socket: maps written, cgroup joined */  \
  X(await_maps, 0, 0)    /* send "maps" (of a user namespace unshared just now), then as above */     \
  X(own_user, 0, 0)      /* become uid 0 and gid 0 of the new user namespace */                       \
  X(not_dumpable, 0, 0)  /* PR_SET_DUMPABLE 0; no ambient or inheritable capabilities */              \
  /* namespaces */                                                                                    \
  X(private_mounts, 0, 0) /* mount("/", MS_REC|MS_PRIVATE) */                                         \
  X(unshare, 1, 1)        /* FLAGS */                                                                 \
  X(loopback_up, 0, 0)    /* SIOCSIFFLAGS lo */                                                       \
  X(hostname, 1, 1)       /* NAME */                                                                  \
  X(domainname, 1, 1)     /* NAME */                                                                  \
  /* file system */                                                                                   \
  X(mount, 5, 5) /* SOURCE TARGET FSTYPE FLAGS DATA (empty string: NULL) */                           \
  /* processes */                                                                                     \
  X(init, 4, 4)     /* fork: UID GID KILL_FD CLONE_FLAGS; the rest of the plan is the command's */    \
  X(refork, 1, 1)   /* fork: KILL_FD; this process stays outside and passes signals and the end on */ \
  X(terminal, 0, 0) /* setsid, TIOCSCTTY on descriptor 0 */                                           \
  /* limits */                                                                                        \
  X(rlimit, 3, 3)        /* RESOURCE SOFT HARD ("-": as it is, "inf"); soft is cut to hard */         \
  X(nice, 1, 1)          /* N */                                                                      \
  X(oom_score_adj, 1, 1) /* N */                                                                      \
  X(umask, 1, 1)         /* MODE, octal */                                                            \
  /* privileges */                                                                                    \
  X(groups, 0, 65536)   /* GID... */                                                                  \
  X(gid, 1, 1)          /* GID */                                                                     \
  X(uid, 1, 1)          /* UID */                                                                     \
  X(no_new_privs, 0, 0) /* PR_SET_NO_NEW_PRIVS */                                                     \
  /* the command */                                                                                   \
  X(chdir, 1, 1)         /* PATH; then getcwd must begin with a slash */                              \
  X(chdir_or_root, 1, 1) /* PATH, or "/" where it is not to be had */                                 \
  X(death_signal, 0, 0)  /* PR_SET_PDEATHSIG SIGKILL against the init, which must be alive still */   \
  X(signals, 0, 0)       /* every disposition default, empty mask */                                  \
  X(close_fds, 0, 64)    /* KEEP...: all others above 2 become CLOEXEC */                             \
  X(exec, 1, 1048576)    /* ARGC ARGV... ENV...; PATH of ENV is searched */
