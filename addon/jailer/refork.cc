// Forks in the midst of a plan: see refork.h. Before `init` the parent is an outer guard of the jail, which
// holds out until its child, the init to be, has ended. After it the parent stands for the command: it ends
// as the command ends.
#include "refork.h"

#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/signal.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#include "control.h"
#include "end_of_jail.h"
#include "fds.h"
#include "guard.h"
#include "proc.h"

namespace jailer {

namespace {

constexpr uint64_t kChildSignal = uint64_t{1} << (SIGCHLD - 1);
constexpr uint64_t kAllSignals = ~uint64_t{0};
constexpr const char* kGuardName = "tsjail-outer";
constexpr const char* kRelayName = "tsjail-refork";
constexpr int kSignalBase = 128;
constexpr int kMostFailures = 10;
/** Together 600 ms. */
constexpr int kPasses = 60;
constexpr long kPassNs = 10'000'000;

/** As signalfd(2) gives it; its header wants a libc. */
struct SignalInfo {
  uint32_t number;
  int32_t error;
  int32_t code;
  char rest[116];
};
static_assert(sizeof(SignalInfo) == 128);

struct Child {
  long pid;
  int status;
};

/** Holds the child back until its parent is what it shall be: when that fails, the child has done nothing
 * yet. */
class Gate {
 public:
  int make() { return sys::error_of(__NR_pipe2, ends_, O_CLOEXEC); }

  int open() {
    const long written = sys::call(__NR_write, ends_[1], "x", 1);
    return written < 0 ? static_cast<int>(-written) : 0;
  }

  /** Does not return when the parent is gone. */
  int pass() {
    sys::call(__NR_close, ends_[1]);
    char byte = 0;
    long passed = -EINTR;
    while (passed == -EINTR) passed = sys::call(__NR_read, ends_[0], &byte, 1);
    sys::call(__NR_close, ends_[0]);
    if (passed == 0) sys::exit(kSetUpFailed);
    return passed < 0 ? static_cast<int>(-passed) : 0;
  }

 private:
  int ends_[2] = {-1, -1};
};

/** True: the child has ended. Others are reaped by the way. */
bool reap(Child& child) {
  for (int tries = kMostFailures;;) {
    int status = 0;
    const long pid = sys::call(__NR_wait4, -1, &status, WNOHANG | __WALL, nullptr);
    if (pid < 0 && pid != -ECHILD && --tries > 0) continue;
    if (pid <= 0) return false;
    if (pid != child.pid) continue;
    child.status = status;
    return true;
  }
}

void drain(int signals) {
  SignalInfo info;
  while (sys::call(__NR_read, signals, &info, sizeof info) > 0) continue;
}

int code_of(int status) {
  const int signal = status & 0x7f;
  return signal == 0 ? (status >> 8) & 0xff : kSignalBase + signal;
}

/** The Emperor is gone, which the init knows too: in a pid namespace that was joined it alone finds whom it
 * has to end. It gets a moment for that. */
void wait_for(Child& child, int signals) {
  for (int left = kPasses; left > 0 && !reap(child); left--) {
    pollfd fd = {signals, POLLIN, 0};
    const __kernel_timespec pass = {0, kPassNs};
    sys::call(__NR_ppoll, &fd, 1, &pass, nullptr, 0);
    drain(signals);
  }
}

[[noreturn]] void guard(Jail& jail, Child child, int signals, Gate& gate) {
  sys::call(__NR_prctl, PR_SET_NAME, kGuardName, 0, 0, 0);
  const bool alone = sys::call(__NR_getpid) == 1;
  const int proc = alone || proc_shows_us() ? -1 : static_cast<int>(detached_proc());
  const int dropped = drop_privileges(jail, false, {-1, -1});
  if (const int error = dropped ? dropped : gate.open()) {
    sys::call(__NR_kill, child.pid, SIGKILL);
    fail(jail, error);
  }
  Kept kept;
  kept.add(signals);
  kept.add(jail.kill_fd);
  kept.add(proc);
  let_go(jail, kept);
  int failures = 0;
  for (bool over = false; !over;) {
    // What the Emperor says is for the init: here only the end of it counts, which POLLHUP tells without
    // reading.
    pollfd fds[] = {{kControlFd, 0, 0}, {signals, POLLIN, 0}};
    const long ready = sys::call(__NR_ppoll, fds, 2, nullptr, nullptr, 0);
    // What passes is not to be the end of the jail.
    if (ready < 0 && ready != -EINTR && ++failures > kMostFailures) break;
    if (ready <= 0) continue;
    drain(signals);
    over = reap(child);
    if (over || fds[0].revents == 0) continue;
    wait_for(child, signals);
    over = true;
  }
  if (!alone) end_descendants(jail.kill_fd, proc);
  sys::exit(code_of(child.status));
}

/** Signals of a terminal reach the whole process group, the child too: only what was sent to us is passed on.
 */
void pass_on(int signals, long child) {
  SignalInfo info;
  while (sys::call(__NR_read, signals, &info, sizeof info) == sizeof info) {
    if (info.number == SIGCHLD || info.code > 0) continue;
    sys::call(__NR_kill, child, info.number);
  }
}

/** The core, if there is one, was dumped by the child. */
[[noreturn]] void end_as(int status) {
  const int signal = status & 0x7f;
  if (signal != 0) {
    const rlimit64 none = {0, 0};
    const struct sigaction by_default = {};
    const uint64_t mask = 0;
    sys::call(__NR_prlimit64, 0, RLIMIT_CORE, &none, nullptr);
    sys::call(__NR_rt_sigaction, signal, &by_default, nullptr, sys::kSignalSetSize);
    sys::call(__NR_kill, sys::call(__NR_getpid), signal);
    sys::call(__NR_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sys::kSignalSetSize);
  }
  sys::exit(code_of(status));
}

[[noreturn]] void relay(Jail& jail, Child child, int signals) {
  sys::call(__NR_prctl, PR_SET_NAME, kRelayName, 0, 0, 0);
  // Ours would hide the exec of the child from the init.
  close_all_but(&signals, 1);
  forget_plan(jail);
  jail.status_fd = -1;
  for (int failures = 0;;) {
    pollfd fd = {signals, POLLIN, 0};
    const long ready = sys::call(__NR_ppoll, &fd, 1, nullptr, nullptr, 0);
    if (ready < 0 && ready != -EINTR && ++failures > kMostFailures) sys::exit(kSetUpFailed);
    if (ready <= 0) continue;
    pass_on(signals, child.pid);
    if (reap(child)) end_as(child.status);
  }
}

/** Hooks and the command inherit the mask. */
int unblock_signals() {
  const uint64_t none = 0;
  return sys::error_of(__NR_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sys::kSignalSetSize);
}

/** Who loses its parent comes to us, so that our end can be the end of them too. */
int become_subreaper() { return sys::error_of(__NR_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

}  // namespace

int refork(Jail& jail) {
  const bool for_command = jail.status_fd >= 0;
  // The init's end is the end of who stands for the command; who stands for the init outlives its orphans.
  if (const int error = for_command ? steps::death_signal(jail, Arguments()) : become_subreaper())
    return error;
  if (const int error = block_signals()) return error;
  const int signals = open_signalfd(for_command ? kAllSignals : kChildSignal);
  if (signals < 0) return -signals;
  Gate gate;
  if (const int error = for_command ? 0 : gate.make()) return error;
  const long pid = fork_into(0);
  if (pid < 0) {
    jail.detail << fork_hint(static_cast<int>(-pid));
    return static_cast<int>(-pid);
  }
  if (pid > 0 && for_command) relay(jail, {pid, 0}, signals);
  if (pid > 0) guard(jail, {pid, 0}, signals, gate);
  sys::call(__NR_close, signals);
  if (const int error = for_command ? 0 : gate.pass()) return error;
  return unblock_signals();
}

namespace steps {

int refork(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t fd = 0;
  if (!read_number(word, INT32_MAX, fd)) return refuse(jail, word);
  return jailer::refork(jail);
}

}  // namespace steps

}  // namespace jailer
