// The kernel calls of tsjail's plan for a full jail (fs, net, ipc, uts, pid), in its order, with nothing
// around them. Used by raw.c in a forked copy of itself and by init.c after an exec.
#pragma once
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/if.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "sys.h"

enum { CONTROL = 3, PLAN = 4, SIG_KILL = 9, SIG_CHLD = 17, RLIMIT_NOFILE_NUMBER = 7, SIOCSIFFLAGS_ = 0x8914 };

/** Ends the benchmark's jail with the number of the step: the launcher sees that no mark comes. */
static inline void must(long result, int step) {
  if (result < 0) SYS1(__NR_exit_group, 100 + step);
}

static inline void set_up_jail(void) {
  SYS0(__NR_setsid);
  must(SYS5(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0), 1);
  must(SYS5(__NR_mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0), 2);
  struct ifreq lo = {.ifr_name = "lo"};
  lo.ifr_flags = IFF_UP | IFF_RUNNING;
  long socket = SYS3(__NR_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(socket, 3);
  must(SYS3(__NR_ioctl, socket, SIOCSIFFLAGS_, &lo), 4);
  SYS1(__NR_close, socket);
  must(SYS2(__NR_sethostname, "bench", 5), 5);
  must(SYS5(__NR_mount, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0), 6);
}

struct limit {
  unsigned long soft, hard;
};

struct kernel_action {
  void* handler;
  unsigned long flags;
  void* restorer;
  unsigned long mask;
};

static inline void become_command(char** argv, char** env, int tell) {
  struct limit files = {0, 0};
  SYS4(__NR_prlimit64, 0, RLIMIT_NOFILE_NUMBER, 0, &files);
  files.soft = files.hard < 1024 ? files.hard : 1024;
  must(SYS4(__NR_prlimit64, 0, RLIMIT_NOFILE_NUMBER, &files, 0), 8);
  SYS1(__NR_umask, 022);
  char directory[4096];
  must(SYS1(__NR_chdir, "/"), 9);
  must(SYS2(__NR_getcwd, directory, sizeof directory), 10);
  struct kernel_action standard = {0, 0, 0, 0};
  unsigned long none = 0;
  for (int signal = 1; signal <= 64; signal++) SYS4(__NR_rt_sigaction, signal, &standard, 0, 8);
  SYS4(__NR_rt_sigprocmask, 2, &none, 0, 8);
  must(SYS5(__NR_prctl, PR_SET_PDEATHSIG, SIG_KILL, 0, 0, 0), 11);
  must(SYS3(__NR_close_range, 3, ~0u, 4), 12);
  if (tell) must(sys6(__NR_sendto, CONTROL, (long)"exec", 4, MSG_NOSIGNAL, 0, 0), 13);
  must(SYS3(__NR_execve, argv[0], argv, env), 14);
}

/** The init: lets go of everything, learns of the exec by the end of `started`, and reaps until the command
 * has ended. */
static inline void stay_as_init(long command, int started, int tell) {
  SYS3(__NR_close_range, 0, tell ? 2 : (unsigned)started - 1, 0);
  if (tell) SYS1(__NR_close, PLAN);
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct nothing[2] = {{0, 0, 0}, {0, 0, 0}};
  SYS2(__NR_capset, &header, nothing);
  SYS5(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  SYS5(__NR_prctl, PR_SET_NAME, "bench-init", 0, 0, 0);
  char end;
  SYS3(__NR_read, started, &end, 1);
  SYS1(__NR_close, started);
  if (tell) sys6(__NR_sendto, CONTROL, (long)"started", 7, MSG_NOSIGNAL, 0, 0);
  int status = 0;
  while (SYS4(__NR_wait4, -1, &status, 0, 0) != command) continue;
  SYS1(__NR_exit_group, (status >> 8) & 0xff);
}

/** Both halves: the fork that leaves an init behind, as the plan's step `init` does. */
static inline void run_jail(char** argv, char** env, int tell) {
  set_up_jail();
  int started[2];
  must(SYS2(__NR_pipe2, started, O_CLOEXEC), 15);
  long command = SYS5(__NR_clone, SIG_CHLD, 0, 0, 0, 0);
  must(command, 16);
  if (command == 0) become_command(argv, env, tell);
  SYS1(__NR_close, started[1]);
  stay_as_init(command, started[0], tell);
}
