// The programs of hooks: a shell in a session of its own, with nothing open but its output, that ends with
// the start.
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/signal.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#include "fds.h"
#include "jail.h"

namespace jailer {

namespace {

constexpr const char* kShell = "/bin/sh";
constexpr const char* kNull = "/dev/null";
constexpr int kCannotExec = 127;

struct Pipe {
  int read;
  int write;
};

/** An input that is at its end, whatever the root has for /dev/null. */
int empty_input() {
  long input = sys::call(__NR_openat, AT_FDCWD, kNull, O_RDONLY | O_CLOEXEC);
  if (input < 0) {
    Pipe pipe{};
    if (const int error = sys::error_of(__NR_pipe2, &pipe, O_CLOEXEC)) return error;
    sys::call(__NR_close, pipe.write);
    input = pipe.read;
  }
  // Were it 0 already, dup3 would refuse, and it would be closed by the exec.
  if (input == 0) return sys::error_of(__NR_fcntl, 0, F_SETFD, 0);
  return sys::error_of(__NR_dup3, input, 0, 0);
}

/** Nothing of ours goes over the exec: no descriptor, no blocked signal, no life after our own. */
int prepare(Jail& jail, int tell) {
  if (const int error = sys::error_of(__NR_setsid)) return error;
  if (const int error = sys::error_of(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)) return error;
  // It may have died before; then nobody reads this.
  pollfd parent = {tell, 0, 0};
  const __kernel_timespec now = {};
  if (sys::call(__NR_ppoll, &parent, 1, &now, nullptr, 0) > 0) sys::exit(kSetUpFailed);
  if (const int error = empty_input()) return error;
  const int kept[] = {0, 1, 2, tell};
  close_all_but(kept, 4);
  return steps::signals(jail, Arguments());
}

[[noreturn]] void become_shell(Jail& jail, const char* line, const char* const* environment, int tell) {
  int error = prepare(jail, tell);
  if (error == 0) {
    const char* const argv[] = {kShell, "-c", line, nullptr};
    error = sys::error_of(__NR_execve, kShell, argv, environment);
  }
  sys::call(__NR_write, tell, &error, sizeof error);
  sys::exit(kCannotExec);
}

using Variable = Text<64>;
constexpr size_t kOwnVariables = 3;

/** In scratch memory. */
const char** environment_of(Jail& jail, const Variable (&own)[kOwnVariables]) {
  Arguments words = jail.hooks.environment;
  const size_t most = words.left() + jail.hooks.put_count + kOwnVariables + 1;
  auto** list = static_cast<const char**>(sys::scratch(most * sizeof(char*)));
  if (list == nullptr) return nullptr;
  uint32_t count = 0;
  for (const Variable& variable : own) put_variable(list, count, variable.text());
  while (words.left() > 0) put_variable(list, count, words.next());
  for (uint32_t i = 0; i < jail.hooks.put_count; i++) put_variable(list, count, jail.hooks.put[i]);
  list[count] = nullptr;
  return list;
}

long fork() { return sys::call(__NR_clone, SIGCHLD, 0, nullptr, nullptr, 0); }

/** Its whole session; itself as well, since it may not lead one yet. */
void kill_session(long pid) {
  sys::call(__NR_kill, -pid, SIGKILL);
  sys::call(__NR_kill, pid, SIGKILL);
}

int reap(long pid) {
  int status = 0;
  while (sys::call(__NR_wait4, pid, &status, __WALL, nullptr) == -EINTR) continue;
  return status;
}

int explain_exec(Jail& jail, int error) {
  jail.detail << kShell << " could not be run";
  if (error == ENOENT) jail.detail << ": it is not in this root";
  return error;
}

int explain_end(Jail& jail, int status) {
  if (status == 0) return 0;
  const int signal = status & 0x7f;
  if (signal == 0) jail.detail << "it exited with code " << ((status >> 8) & 0xff);
  if (signal != 0) jail.detail << "it was killed by signal " << signal;
  return kTold;
}

int wait_for_shell(Jail& jail, long pid, int failure) {
  const sys::Fd pidfd(sys::call(__NR_pidfd_open, pid, 0));
  const uint64_t deadline = now_ms() + jail.hooks.timeout_ms;
  const Waited waited = pidfd.error() ? Waited::late : wait_until(jail, pidfd.get(), POLLIN, deadline);
  if (waited != Waited::ready) kill_session(pid);
  const int status = reap(pid);
  if (waited == Waited::gone) abandon(jail);
  if (pidfd.error()) return pidfd.error();
  if (waited == Waited::late) {
    jail.detail << "it ran longer than hook-timeout, " << jail.hooks.timeout_ms << " ms: killed";
    return kTold;
  }
  int error = 0;
  if (sys::call(__NR_read, failure, &error, sizeof error) == sizeof error) return explain_exec(jail, error);
  return explain_end(jail, status);
}

}  // namespace

int run_shell(Jail& jail, const char* line) {
  Variable own[kOwnVariables];
  own[0] << "TSJAIL_PID=" << static_cast<uint64_t>(sys::call(__NR_getpid));
  own[1] << "UWSGI_VASSAL_PID=" << static_cast<uint64_t>(sys::call(__NR_getpid));
  own[2] << "TSJAIL_PHASE=" << jail.hooks.phase;
  const char** environment = environment_of(jail, own);
  if (environment == nullptr) return ENOMEM;
  Pipe pipe{};
  if (const int error = sys::error_of(__NR_pipe2, &pipe, O_CLOEXEC | O_NONBLOCK)) return error;
  const long pid = fork();
  if (pid == 0) become_shell(jail, line, environment, pipe.write);
  sys::call(__NR_close, pipe.write);
  const sys::Fd failure(pipe.read);
  if (pid < 0) jail.detail << "fork";
  return pid < 0 ? static_cast<int>(-pid) : wait_for_shell(jail, pid, failure.get());
}

namespace steps {

int hook_exec(Jail& jail, Arguments arguments) {
  const char* line = arguments.next();
  const bool may_fail = same(arguments.next(), "may-fail");
  const int error = run_shell(jail, line);
  if (error == 0 || !may_fail) return error;
  report_failure(jail, error);
  return 0;
}

}  // namespace steps

}  // namespace jailer
