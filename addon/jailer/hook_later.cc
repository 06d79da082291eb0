// Who does the hooks that come when something happens to the command: a process that has the command's ids
// and limits, made before its exec, that waits for the init's words. See hook_later.h.
#include "hook_later.h"

#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/signal.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#include "control.h"
#include "fds.h"
#include "guard.h"

namespace jailer {

namespace {

constexpr const char* kProcessName = "tsjail-hooks";
constexpr uint64_t kMostSteps = 1 << 20;
constexpr char kDone = 'd';
constexpr int kTries = 10;

struct NamedEvent {
  const char* name;
  Event event;
};

constexpr NamedEvent kEvents[] = {
    {"emperor-stop", Event::stop},
    {"emperor-reload", Event::reload},
    {"emperor-lost", Event::lost},
    {"as-user-atexit", Event::exit},
};

/** After these nothing more can happen. */
bool is_last(char word) {
  return word == static_cast<char>(Event::lost) || word == static_cast<char>(Event::exit);
}

void reap(long pid) {
  while (sys::call(__NR_wait4, pid, nullptr, 0, nullptr) == -EINTR) continue;
}

/** EOF: the init is gone, and with it whoever wanted this. */
char next_word(int channel) {
  char word = 0;
  long size = -1;
  for (int left = kTries; size < 0 && left > 0; left--) size = sys::call(__NR_read, channel, &word, 1);
  if (size != 1) sys::exit(kSetUpFailed);
  return word;
}

/** Returns in the process that does the hooks of an event: this one for the last, else a child. */
char await_event(int channel) {
  for (;;) {
    const char word = next_word(channel);
    if (is_last(word)) return word;
    const long pid = fork_into(0);
    if (pid == 0) return word;
    if (pid > 0) reap(pid);
    sys::call(__NR_sendto, channel, &kDone, 1, sys::kMsgNoSignal, nullptr, 0);
  }
}

/** Signals stay blocked, as the init has left them: they are the command's business. */
void become_waiter(Jail& jail) {
  Hooks& hooks = jail.hooks;
  sys::call(__NR_prctl, PR_SET_NAME, kProcessName, 0, 0, 0);
  const int kept[] = {0, 1, 2, hooks.channel};
  close_all_but(kept, 4);
  hooks.guard = hooks.channel;
  hooks.lenient = true;
  jail.status_fd = -1;
  jail.root.janitor = -1;
  hooks.event = await_event(hooks.channel);
}

/** An orphan, so that it is the init's child and none that the command would not know. */
int become_orphan(Jail& jail) {
  // What can fail comes while somebody waits for the code of this process.
  if (const int error = sys::error_of(__NR_setsid)) sys::exit(error);
  // A change of ids has brought the system's default back (prctl(2)).
  if (const int error = sys::error_of(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0)) sys::exit(error);
  const long pid = fork_into(0);
  if (pid < 0) sys::exit(static_cast<int>(-pid));
  if (pid > 0) sys::exit(0);
  become_waiter(jail);
  return 0;
}

int code_of(long pid) {
  int status = 0;
  while (sys::call(__NR_wait4, pid, &status, 0, nullptr) == -EINTR) continue;
  return (status >> 8) & 0xff;
}

void reap_all(int child_signals) {
  char drained[128];
  while (sys::call(__NR_read, child_signals, drained, sizeof drained) > 0) continue;
  while (sys::call(__NR_wait4, -1, nullptr, WNOHANG | __WALL, nullptr) > 0) continue;
}

/** The waiter is at its end; answers that come late are not. */
bool is_over(int channel) {
  char answer = 0;
  return sys::call(__NR_recvfrom, channel, &answer, 1, sys::kMsgDontWait, nullptr, nullptr) == 0;
}

}  // namespace

int open_hook_channel(Jail& jail, HookChannel& channel) {
  if (!plan_has(jail.plan, jail.plan_size, StepId::hook_later)) return 0;
  constexpr int kType = sys::kSockStream | sys::kSockCloexec;
  int ends[2] = {-1, -1};
  if (const int error = sys::error_of(__NR_socketpair, sys::kAfUnix, kType, 0, ends)) return error;
  channel.init = ends[0];
  channel.command = ends[1];
  return 0;
}

uint64_t hook_patience(const Jail& jail) {
  PlanReader reader(jail.plan, jail.plan_size);
  for (Step step{}; reader.next(step) == Reading::step;) {
    if (step.id != StepId::hook_later) continue;
    step.arguments.next();
    uint64_t patience = 0;
    read_number(step.arguments.next(), UINT32_MAX, patience);
    return patience;
  }
  return 0;
}

bool tell_event(int channel, Event event) {
  const char word = static_cast<char>(event);
  long sent = channel < 0 ? -EPIPE : -EINTR;
  for (int left = kTries; sent < 0 && sent != -EPIPE && left > 0; left--)
    sent = sys::call(__NR_sendto, channel, &word, 1, sys::kMsgNoSignal, nullptr, 0);
  return sent == 1;
}

void await_last_hooks(int channel, int child_signals, uint64_t patience_ms, bool guarded) {
  const uint64_t deadline = now_ms() + patience_ms;
  // What passes is not to be the end of a hook that runs.
  int failures = 0;
  for (uint64_t now; (now = now_ms()) < deadline;) {
    const uint64_t left = deadline - now;
    const __kernel_timespec time = {static_cast<long long>(left / 1000),
                                    static_cast<long long>(left % 1000 * 1'000'000)};
    // Nothing is heard: a signal would be for the command, which is no more.
    pollfd fds[] = {{guarded ? kControlFd : -1, 0, 0}, {child_signals, POLLIN, 0}, {channel, POLLIN, 0}};
    const long ready = sys::call(__NR_ppoll, fds, 3, &time, nullptr, 0);
    if (ready < 0 && ready != -EINTR && ++failures == kTries) return;
    if (ready <= 0) continue;
    if (fds[0].revents != 0 || (fds[2].revents != 0 && is_over(channel))) return;
    reap_all(child_signals);
  }
}

namespace steps {

int hook_later(Jail& jail, Arguments arguments) {
  Hooks& hooks = jail.hooks;
  const char* word = arguments.next();
  uint64_t count = 0;
  if (!read_number(word, kMostSteps, count)) return refuse(jail, word);
  if (hooks.channel < 0) {
    jail.detail << "there is no init that could ask for it";
    return EINVAL;
  }
  const long pid = fork_into(0);
  if (pid == 0) return become_orphan(jail);
  const int error = pid < 0 ? static_cast<int>(-pid) : code_of(pid);
  sys::call(__NR_close, hooks.channel);
  hooks.channel = -1;
  hooks.skipped = count;
  if (error) jail.detail << fork_hint(error);
  return error;
}

int hook_on(Jail& jail, Arguments arguments) {
  const char* name = arguments.next();
  for (const NamedEvent& known : kEvents) {
    if (!same(name, known.name)) continue;
    jail.hooks.other_event = jail.hooks.event != static_cast<char>(known.event);
    return 0;
  }
  return refuse(jail, name);
}

}  // namespace steps

}  // namespace jailer
