// Steps that make the process ready to become the command: directory, signals, descriptors.
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/signal.h>
#include <linux/time_types.h>

#include "control.h"
#include "fds.h"
#include "jail.h"

namespace jailer::steps {

namespace {

constexpr size_t kPathMax = 4096;
constexpr int kLastSignal = 64;

/** Goes there and makes sure that it is inside the root: getcwd(2) answers "(unreachable)…" where it is not.
 */
int enter(const char* path) {
  if (const int error = sys::error_of(__NR_chdir, path)) return error;
  char* cwd = static_cast<char*>(sys::scratch(kPathMax));
  if (const int error = sys::error_of(__NR_getcwd, cwd, kPathMax)) return error;
  return cwd[0] == '/' ? 0 : EXDEV;
}

}  // namespace

int chdir(Jail& jail, Arguments arguments) {
  const char* path = arguments.next();
  const int error = enter(path);
  if (error == EXDEV) jail.detail << "it is outside of the root";
  return error;
}

int chdir_or_root(Jail& jail, Arguments arguments) {
  if (enter(arguments.next()) == 0) return 0;
  const int error = enter("/");
  if (error) jail.detail << "chdir /";
  return error;
}

int signals(Jail& jail, Arguments) {
  const struct sigaction by_default = {};
  for (int signal = 1; signal <= kLastSignal; signal++) {
    if (signal == SIGKILL || signal == SIGSTOP) continue;
    const int error = sys::error_of(__NR_rt_sigaction, signal, &by_default, nullptr, sys::kSignalSetSize);
    if (error == 0) continue;
    jail.detail << "signal " << signal;
    return error;
  }
  const uint64_t none = 0;
  return sys::error_of(__NR_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sys::kSignalSetSize);
}

int death_signal(Jail& jail, Arguments) {
  if (jail.status_fd < 0) {
    jail.detail << "there is no init to follow";
    return EINVAL;
  }
  if (const int error = sys::error_of(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)) return error;
  // The init may have died before; getppid(2) cannot tell in a pid namespace, but nobody has the other end
  // then.
  pollfd init = {jail.status_fd, 0, 0};
  const __kernel_timespec now = {};
  const long ready = sys::call(__NR_ppoll, &init, 1, &now, nullptr, 0);
  if (ready < 0) return static_cast<int>(-ready);
  if (ready > 0) sys::exit(kSetUpFailed);
  return 0;
}

int close_fds(Jail& jail, Arguments arguments) {
  if (const int error = close_on_exec_from(kControlFd)) return error;
  while (arguments.left() > 0) {
    const char* word = arguments.next();
    uint64_t fd = 0;
    if (!read_number(word, INT32_MAX, fd) || fd <= kPlanFd) return refuse(jail, word);
    const bool ours = static_cast<int>(fd) == jail.status_fd;
    const int error = ours ? EBADF : sys::error_of(__NR_fcntl, fd, F_SETFD, 0);
    if (error == 0) continue;
    jail.detail << "descriptor " << fd;
    return error;
  }
  jail.fds_sealed = true;
  return 0;
}

/** Done by the exec: until then there is something else at those numbers. */
int pass_fds(Jail& jail, Arguments arguments) {
  const char* first = arguments.next();
  uint64_t fd = 0;
  if (!read_number(first, INT32_MAX, fd) || fd <= kPlanFd) return refuse(jail, first);
  jail.passed.first = static_cast<int>(fd);
  jail.passed.count = 0;
  while (arguments.left() > 0 && jail.passed.count < Passed::kMost) {
    const char* word = arguments.next();
    uint64_t target = 0;
    if (!read_number(word, 1023, target)) return refuse(jail, word);
    jail.passed.targets[jail.passed.count++] = static_cast<int>(target);
  }
  return 0;
}

int other_programs(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  if (!read_number(word, arguments.left(), jail.others.before)) return refuse(jail, word);
  jail.others.names = arguments;
  return 0;
}

}  // namespace jailer::steps
