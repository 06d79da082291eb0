// faults PID: makes system calls of jailers fail. Traces the launchers of PID and whomever they start, until each execs
// something that is not the jailer, and takes orders from its standard input, one a line:
//   seize                      the launchers, which are there after a first jail
//   once PROCESS NTH ERRNO     the NTH call (from 1) of one process is to fail: 1 is the next that a launcher starts, 1.1 its
//                              first child, 1.1.2 …
//   always NUMBER ERRNO        every call of that number, of all of them
//   tell                       what was there since the last order: "call PROCESS NUMBER" for each call, in its order, then
//                              "hit NUMBER MARK" for the last one that failed
// A mark is the last umask(2), other than 0, of the process or of who it was forked by: a plan can say by it where it is.
// The answer to each ends with "over HITS".
#define _GNU_SOURCE
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 512
#define NAME 32
#define OPTIONS                                                                                             \
  (PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC)

struct process {
  pid_t pid;
  char name[NAME];
  unsigned calls, children, execs;
  // Its call is one that fails: the answer is still to be put in.
  int failing;
  // It runs a program that is none of ours.
  int over;
  // It waits for its name, which its parent's event gives.
  int waits;
  unsigned mark;
};

struct order {
  char process[NAME];
  unsigned nth;
  long number;
  int error;
};

static struct process list[MOST];
static unsigned count, roots, hits;
static char hit[64];
static pid_t launchers[16];
static unsigned launcher_count;
static struct order order;
static char record[1 << 20];
static size_t recorded;

static struct process* find(pid_t pid) {
  for (unsigned i = 0; i < count; i++) {
    if (list[i].pid == pid) return &list[i];
  }
  return NULL;
}

static int is_launcher(pid_t pid) {
  for (unsigned i = 0; i < launcher_count; i++) {
    if (launchers[i] == pid) return 1;
  }
  return 0;
}

// Its first stop may be seen before its parent tells of it.
static struct process* known(pid_t pid) {
  struct process* found = find(pid);
  if (found != NULL || count == MOST) return found;
  found = &list[count++];
  memset(found, 0, sizeof *found);
  found->pid = pid;
  return found;
}

static void go_on(pid_t pid, int signal);

static void bear(pid_t parent, pid_t child) {
  struct process* of = find(parent);
  struct process* born_one = known(child);
  if (born_one == NULL) return;
  if (of == NULL)
    snprintf(born_one->name, sizeof born_one->name, "%u", ++roots);
  else
    snprintf(born_one->name, sizeof born_one->name, "%.20s.%u", of->name, ++of->children);
  born_one->over = of != NULL && of->over;
  born_one->mark = of == NULL ? 0 : of->mark;
  born_one->execs = of == NULL ? 0 : 1;
  if (born_one->waits) go_on(child, 0);
  born_one->waits = 0;
}

#if defined(__x86_64__)
static void skip_call(pid_t pid) { ptrace(PTRACE_POKEUSER, pid, 8 * 15, -1L); }
static void answer(pid_t pid, long value) { ptrace(PTRACE_POKEUSER, pid, 8 * 10, value); }
#elif defined(__aarch64__)
static void skip_call(pid_t pid) {
  int none = -1;
  struct iovec part = {&none, sizeof none};
  ptrace(PTRACE_SETREGSET, pid, 0x404, &part);
}
static void answer(pid_t pid, long value) {
  struct user_regs_struct registers;
  struct iovec part = {&registers, sizeof registers};
  ptrace(PTRACE_GETREGSET, pid, NT_PRSTATUS, &part);
  registers.regs[0] = (unsigned long)value;
  ptrace(PTRACE_SETREGSET, pid, NT_PRSTATUS, &part);
}
#endif

static int fails(const struct process* of, long number) {
  if (order.error == 0) return 0;
  if (order.number >= 0) return order.number == number;
  return of->calls == order.nth && strcmp(of->name, order.process) == 0;
}

static void at_call(struct process* of) {
  struct __ptrace_syscall_info info;
  if (of->over || ptrace(PTRACE_GET_SYSCALL_INFO, of->pid, sizeof info, &info) <= 0) return;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT && of->failing) {
    answer(of->pid, -order.error);
    of->failing = 0;
  }
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
  of->calls++;
  const long number = (long)info.entry.nr;
  if (recorded + 128 < sizeof record)
    recorded += (size_t)snprintf(record + recorded, 128, "call %s %ld\n", of->name, number);
  if (number == SYS_umask && info.entry.args[0] != 0) of->mark = (unsigned)info.entry.args[0];
  if (!fails(of, number)) return;
  snprintf(hit, sizeof hit, "hit %ld %u\n", number, of->mark);
  skip_call(of->pid);
  of->failing = 1;
  hits++;
}

static void go_on(pid_t pid, int signal) {
  const struct process* of = find(pid);
  ptrace(of == NULL || of->over ? PTRACE_CONT : PTRACE_SYSCALL, pid, 0, (long)signal);
}

static void at_event(pid_t pid, int event) {
  unsigned long message = 0;
  if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
    ptrace(PTRACE_GETEVENTMSG, pid, 0, &message);
    bear(pid, (pid_t)message);
  }
  struct process* of = find(pid);
  // The first program of the first process is the jailer.
  if (event == PTRACE_EVENT_EXEC && of != NULL && of->execs++ > 0) of->over = 1;
}

static void at_stop(pid_t pid, int status) {
  const int signal = WSTOPSIG(status);
  const int event = status >> 16;
  if (signal == (SIGTRAP | 0x80)) {
    struct process* of = find(pid);
    if (of != NULL) at_call(of);
    return go_on(pid, 0);
  }
  if (event == PTRACE_EVENT_STOP) {
    struct process* of = is_launcher(pid) ? NULL : known(pid);
    if (of != NULL && of->name[0] == 0) {
      of->waits = 1;
      return;
    }
    if (signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU) {
      ptrace(PTRACE_LISTEN, pid, 0, 0);
      return;
    }
    return go_on(pid, 0);
  }
  if (event != 0) {
    at_event(pid, event);
    return go_on(pid, 0);
  }
  go_on(pid, signal);
}

static void hear_of_all(void) {
  int status;
  pid_t pid;
  while ((pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
    if (WIFSTOPPED(status)) at_stop(pid, status);
  }
}

static void seize_launchers(const char* pid) {
  char path[300];
  char name[32];
  snprintf(path, sizeof path, "/proc/%s/task", pid);
  DIR* tasks = opendir(path);
  for (const struct dirent* entry; tasks != NULL && (entry = readdir(tasks)) != NULL;) {
    snprintf(path, sizeof path, "/proc/%s/task/%s/comm", pid, entry->d_name);
    FILE* file = fopen(path, "r");
    if (file == NULL) continue;
    if (fgets(name, sizeof name, file) != NULL && strcmp(name, "tsjail-launcher\n") == 0) {
      launchers[launcher_count] = atoi(entry->d_name);
      if (ptrace(PTRACE_SEIZE, launchers[launcher_count++], 0, (long)OPTIONS) < 0) perror("faults: seize");
    }
    fclose(file);
  }
  if (launcher_count == 0) fputs("faults: no launchers there\n", stderr);
  if (launcher_count == 0) exit(2);
}

// False: it makes no sense.
static int take_order(const char* line, const char* pid) {
  if (strcmp(line, "seize\n") == 0) {
    if (launcher_count == 0) seize_launchers(pid);
  } else if (strcmp(line, "tell\n") == 0) {
    fwrite(record, 1, recorded, stdout);
    fputs(hit, stdout);
  } else {
    memset(&order, 0, sizeof order);
    order.number = -1;
    if (sscanf(line, "once %31s %u %d", order.process, &order.nth, &order.error) != 3 &&
        sscanf(line, "always %ld %d", &order.number, &order.error) != 2)
      return 0;
    count = roots = hits = 0;
    recorded = 0;
    hit[0] = 0;
  }
  printf("over %u\n", hits);
  fflush(stdout);
  return 1;
}

static void wake(int signal) { (void)signal; }

int main(int argc, char** argv) {
  char line[128];
  if (argc != 2) return 2;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = wake;
  sigaction(SIGCHLD, &action, NULL);
  sigset_t children, none;
  sigemptyset(&none);
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, NULL);
  for (;;) {
    struct pollfd input = {0, POLLIN, 0};
    const int ready = ppoll(&input, 1, NULL, &none);
    hear_of_all();
    if (ready <= 0) continue;
    // One line at a time: what is buffered would not be polled.
    if (fgets(line, sizeof line, stdin) == NULL) return 0;
    if (!take_order(line, argv[1])) return 2;
  }
}
