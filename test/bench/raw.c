// What a launcher costs without Node: the floor for tsjail, and the stopwatch for other jailers.
//
//   raw exec CGROUP MARK INIT        clone3(VM|VFORK) and exec of a static init that does the plan: the
//                                    same kernel calls as tsjail
//   raw fork CGROUP MARK             clone3 of this small process, which does the plan itself
//   raw peer COMMAND…                vfork and exec of another jailer, whose command is `mark -`
//   raw hold CGROUP MARK INIT COUNT  as `exec`, COUNT jails at once that stay until stdin ends
//
// CGROUP is a v2 group to be born in, or `-`. One launch for each line on stdin; its answer is a line on
// stdout: the µs from just before the launch to the first instruction of the command. `hold` says the
// CLOCK_MONOTONIC, in ns, of its first launch and of the last command's first instruction.
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "steps.h"

enum {
  JAIL = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWPID,
  PLAN_BYTES = 2048,
  DEADLINE_MS = 10000,
  MOST = 20000
};

struct launch {
  const char* kind;
  char** argv;  // of the command, or of the peer
  int cgroup;   // directory, or -1
  int init;     // fd of the static init
  int null;
  int out[2];
  int control[2];
  int plan;
  int pidfd;
};

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static int is(const struct launch* launch, const char* kind) { return strcmp(launch->kind, kind) == 0; }

static int has_init(const struct launch* launch) { return is(launch, "exec") || is(launch, "hold"); }

static void place(int fd, int at) {
  if (SYS3(__NR_dup3, fd, at, 0) < 0) SYS1(__NR_exit_group, 90);
}

// Runs in the child, on the stack of the suspended parent: raw calls only, and no way back.
__attribute__((noinline, noreturn)) static void in_child(struct launch* launch) {
  char* environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                         0};
  struct kernel_action standard = {0, 0, 0, 0};
  unsigned long none = 0;
  if (is(launch, "peer")) {
    place(launch->out[1], 1);
    SYS3(__NR_execve, launch->argv[0], launch->argv, environ);
    SYS1(__NR_exit_group, 91);
  }
  // Out of the way of 0…4 first, as tsjail does it.
  place(launch->null, 0);
  place(launch->out[1], 1);
  place(launch->out[1], 2);
  if (has_init(launch)) {
    place(launch->control[1], CONTROL);
    place(launch->plan, PLAN);
    SYS4(__NR_rt_sigaction, SIGPIPE, &standard, 0, 8);
    SYS4(__NR_rt_sigaction, SIGXFSZ, &standard, 0, 8);
    SYS4(__NR_rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
    SYS5(__NR_execveat, launch->init, "", launch->argv, environment, 0x1000 /* AT_EMPTY_PATH */);
    SYS1(__NR_exit_group, 92);
  }
  run_jail(launch->argv, environment, 0);
  __builtin_unreachable();
}

// What tsjail's Emperor makes for each start: a control socket and the plan in a sealed memfd.
static void make_hand_over(struct launch* launch) {
  static char bytes[PLAN_BYTES];
  int on = 1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, launch->control) != 0) fail("socketpair");
  setsockopt(launch->control[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on);
  launch->plan = memfd_create("plan", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (launch->plan < 0 || write(launch->plan, bytes, sizeof bytes) != sizeof bytes) fail("memfd");
  if (fcntl(launch->plan, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
    fail("seals");
}

static void start(struct launch* launch) {
  struct clone_args args = {
      .flags = CLONE_PIDFD, .pidfd = (unsigned long)&launch->pidfd, .exit_signal = SIGCHLD};
  if (is(launch, "peer")) {
    args.flags |= CLONE_VM | CLONE_VFORK;
  } else {
    args.flags |= JAIL | CLONE_CLEAR_SIGHAND;
    if (has_init(launch)) args.flags |= CLONE_VM | CLONE_VFORK;
    if (launch->cgroup >= 0) args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = launch->cgroup >= 0 ? (unsigned long)launch->cgroup : 0;
  }
  long pid = SYS2(__NR_clone3, &args, sizeof args);
  if (pid == 0) in_child(launch);
  if (pid < 0) {
    fprintf(stderr, "clone3: %s\n", strerror((int)-pid));
    exit(1);
  }
}

static unsigned long read_mark(int fd) {
  char line[32] = {0};
  struct pollfd ready = {fd, POLLIN, 0};
  if (poll(&ready, 1, DEADLINE_MS) != 1 || read(fd, line, sizeof line - 1) <= 0) {
    fprintf(stderr, "the command was not started\n");
    exit(1);
  }
  return strtoul(line, NULL, 10);
}

static double once(struct launch* launch) {
  unsigned long begun = monotonic_ns();
  if (pipe2(launch->out, O_CLOEXEC) != 0) fail("pipe2");
  if (is(launch, "exec")) make_hand_over(launch);
  start(launch);
  close(launch->out[1]);
  unsigned long ended = read_mark(launch->out[0]);
  // A peer ends by itself, as its command does; our jail waits and is killed by its init.
  if (!is(launch, "peer")) SYS4(__NR_pidfd_send_signal, launch->pidfd, SIGKILL, 0, 0);
  siginfo_t status;
  if (waitid(P_PIDFD, (id_t)launch->pidfd, &status, WEXITED) != 0) fail("waitid");
  close(launch->pidfd);
  close(launch->out[0]);
  if (is(launch, "exec")) {
    close(launch->control[0]);
    close(launch->control[1]);
    close(launch->plan);
  }
  return (double)(ended - begun) / 1000;
}

static void end_all(const int* pidfds, int count) {
  siginfo_t status;
  for (int n = 0; n < count; n++) SYS4(__NR_pidfd_send_signal, pidfds[n], SIGKILL, 0, 0);
  for (int n = 0; n < count; n++)
    if (waitid(P_PIDFD, (id_t)pidfds[n], &status, WEXITED) != 0) fail("waitid");
}

// Each start is begun when the one before has exec'd its init, as tsjail's own thread does it.
static void hold(struct launch* launch, int count) {
  static int pidfds[MOST];
  if (count < 1 || count > MOST) fail("COUNT");
  if (pipe2(launch->out, O_CLOEXEC) != 0) fail("pipe2");
  unsigned long begun = monotonic_ns(), last = 0;
  for (int n = 0; n < count; n++) {
    make_hand_over(launch);
    start(launch);
    pidfds[n] = launch->pidfd;
    close(launch->control[1]);
    close(launch->plan);
  }
  FILE* marks = fdopen(launch->out[0], "r");
  char line[32];
  for (int n = 0; n < count && fgets(line, sizeof line, marks) != NULL; n++) {
    unsigned long at = strtoul(line, NULL, 10);
    if (at > last) last = at;
  }
  printf("%lu %lu\n", begun, last);
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) continue;
  end_all(pidfds, count);
}

// fd of a sealed copy of the init, above the descriptors that the child places.
static int seal(const char* path) {
  static char bytes[1 << 20];
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t size = file < 0 ? -1 : read(file, bytes, sizeof bytes);
  int memory = memfd_create("init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (size <= 0 || memory < 0 || write(memory, bytes, (size_t)size) != size) fail(path);
  if (fcntl(memory, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
    fail("seals");
  close(file);
  return fcntl(memory, F_DUPFD_CLOEXEC, 10);
}

static struct launch read_arguments(int argc, char** argv) {
  if (argc < 3) {
    fprintf(stderr, "raw exec|fork|hold CGROUP MARK [INIT [COUNT]] | raw peer COMMAND...\n");
    exit(2);
  }
  struct launch launch = {.kind = argv[1], .cgroup = -1, .null = open("/dev/null", O_RDWR | O_CLOEXEC)};
  if (is(&launch, "peer")) {
    launch.argv = argv + 2;
    return launch;
  }
  static char* command[] = {"init", 0, "-", "pause", 0};
  command[1] = argv[3];
  launch.argv = has_init(&launch) ? command : command + 1;
  if (has_init(&launch)) launch.init = seal(argv[4]);
  if (strcmp(argv[2], "-") == 0) return launch;
  launch.cgroup = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (launch.cgroup < 0) fail(argv[2]);
  return launch;
}

int main(int argc, char** argv) {
  struct launch launch = read_arguments(argc, argv);
  if (is(&launch, "hold")) {
    hold(&launch, atoi(argv[5]));
    return 0;
  }
  char line[16];
  while (fgets(line, sizeof line, stdin) != NULL) {
    printf("%.1f\n", once(&launch));
    fflush(stdout);
  }
  return 0;
}
