// Who does the hooks that come after the command: a process that has the command's ids and limits, made
// before its exec, and waits for the init's word.
#include "hook_at_exit.h"

#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/signal.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#include "control.h"
#include "fds.h"
#include "jail.h"

namespace jailer {

namespace {

constexpr const char* kProcessName = "tsjail-at-exit";
constexpr uint64_t kMostSteps = 1 << 20;
// Of sys/socket.h.
constexpr int kStream = 1;

long fork() { return sys::call(__NR_clone, SIGCHLD, 0, nullptr, nullptr, 0); }

/** EOF: the init is gone, and with it whoever wanted this. */
void await_word(int channel) {
  char word = 0;
  long size;
  do size = sys::call(__NR_read, channel, &word, 1);
  while (size == -EINTR);
  if (size != 1) sys::exit(kSetUpFailed);
}

/** Signals stay blocked, as the init has left them: they are the command's business. */
int become_waiter(Jail& jail) {
  Hooks& hooks = jail.hooks;
  sys::call(__NR_prctl, PR_SET_NAME, kProcessName, 0, 0, 0);
  if (const int error = sys::error_of(__NR_setsid)) return error;
  // A change of ids has brought the system's default back (prctl(2)).
  if (const int error = sys::error_of(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0)) return error;
  const int kept[] = {0, 1, 2, hooks.at_exit};
  close_all_but(kept, 4);
  hooks.guard = hooks.at_exit;
  hooks.lenient = true;
  jail.status_fd = -1;
  await_word(hooks.at_exit);
  return 0;
}

/** An orphan, so that it is the init's child and none that the command would not know. */
int become_orphan(Jail& jail) {
  const long pid = fork();
  if (pid < 0) sys::exit(static_cast<int>(-pid));
  if (pid > 0) sys::exit(0);
  if (become_waiter(jail) != 0) sys::exit(kSetUpFailed);
  return 0;
}

void reap_all(int child_signals) {
  char drained[128];
  while (sys::call(__NR_read, child_signals, drained, sizeof drained) > 0) continue;
  while (sys::call(__NR_wait4, -1, nullptr, WNOHANG | __WALL, nullptr) > 0) continue;
}

int wait_for(long pid) {
  int status = 0;
  while (sys::call(__NR_wait4, pid, &status, 0, nullptr) == -EINTR) continue;
  return (status >> 8) & 0xff;
}

}  // namespace

int open_exit_channel(Jail& jail, ExitChannel& channel) {
  if (!plan_has(jail.plan, jail.plan_size, StepId::hook_at_exit)) return 0;
  int ends[2] = {-1, -1};
  const int error = sys::error_of(__NR_socketpair, sys::kAfUnix, kStream | sys::kSockCloexec, 0, ends);
  if (error) return error;
  channel.init = ends[0];
  channel.command = ends[1];
  return 0;
}

uint64_t exit_patience(const Jail& jail) {
  PlanReader reader(jail.plan, jail.plan_size);
  for (Step step{}; reader.next(step) == Reading::step;) {
    if (step.id != StepId::hook_at_exit) continue;
    step.arguments.next();
    uint64_t patience = 0;
    read_number(step.arguments.next(), UINT32_MAX, patience);
    return patience;
  }
  return 0;
}

void await_exit_hooks(int channel, int child_signals, uint64_t patience_ms) {
  if (channel < 0 || sys::call(__NR_write, channel, "x", 1) != 1) return;
  const uint64_t deadline = now_ms() + patience_ms;
  for (uint64_t now; (now = now_ms()) < deadline;) {
    const uint64_t left = deadline - now;
    const __kernel_timespec time = {static_cast<long long>(left / 1000),
                                    static_cast<long long>(left % 1000 * 1'000'000)};
    // Nothing is heard: a signal would be for the command, which is no more.
    pollfd fds[] = {{kControlFd, 0, 0}, {child_signals, POLLIN, 0}, {channel, POLLIN, 0}};
    const long ready = sys::call(__NR_ppoll, fds, 3, &time, nullptr, 0);
    if (ready < 0 && ready != -EINTR) return;
    if (ready <= 0) continue;
    if (fds[0].revents != 0 || fds[2].revents != 0) return;
    reap_all(child_signals);
  }
}

namespace steps {

int hook_at_exit(Jail& jail, Arguments arguments) {
  Hooks& hooks = jail.hooks;
  const char* word = arguments.next();
  uint64_t count = 0;
  if (!read_number(word, kMostSteps, count)) return refuse(jail, word);
  if (hooks.at_exit < 0) {
    jail.detail << "there is no init that could ask for it";
    return EINVAL;
  }
  const long pid = fork();
  if (pid == 0) return become_orphan(jail);
  const int error = pid < 0 ? static_cast<int>(-pid) : wait_for(pid);
  sys::call(__NR_close, hooks.at_exit);
  hooks.at_exit = -1;
  hooks.skipped = count;
  if (error) jail.detail << "fork";
  return error;
}

}  // namespace steps

}  // namespace jailer
