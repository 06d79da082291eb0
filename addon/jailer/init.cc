// The step that forks the command and leaves this process behind as its init: pid 1 of the jail, or a
// subreaper without a pid namespace of its own. It reaps, passes signals on, tells how the command ended, and
// ends the jail when the command ends or the Emperor is gone.
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/signal.h>
#include <linux/time.h>
#include <linux/wait.h>

#include "control.h"
#include "end_of_jail.h"
#include "fds.h"
#include "found.h"
#include "guard.h"
#include "hook_later.h"
#include "proc.h"

namespace jailer::steps {

namespace {

constexpr uint64_t kChildSignal = uint64_t{1} << (SIGCHLD - 1);
/** Nothing of a jail may outlive its Emperor for long. */
constexpr uint64_t kLostPatienceMs = 900;
constexpr const char* kProcessName = "tsjail-init";
constexpr int kMostFailures = 10;

struct Init {
  long command = 0;
  /** Our end of what connects us to the command until it is exec'd: it tells that it is about to, and that
   * this failed. */
  int status = -1;
  int child_signals = -1;
  /** cgroup.kill of the jail's group, or -1. */
  int kill = -1;
  /** To who does the hooks when something happens to the command; -1: there are none. */
  int hooks = -1;
  /** They are being done: what the Emperor says has to wait. */
  bool busy = false;
  /** A procfs to find descendants in where /proc is none; or -1. */
  int proc = -1;
  SetnsServer* setns = nullptr;
  NotifyServer* notify = nullptr;
  /** Pid 1 takes everybody with it. */
  bool alone = false;
  bool execs = false;
  bool failed = false;

  Family family() const { return {command, alone, proc}; }
};

struct Pair {
  int ours;
  int commands;
};

struct Arguments4 {
  Identity identity;
  uint64_t clone_flags;
};

/** -1: stays as it is. */
bool read_or_stay(const Jail& jail, const char* word, decltype(read_uid)& read, int64_t& id) {
  uint64_t number = 0;
  const bool stays = same(word, "-1");
  if (!stays && !read(jail, word, number)) return false;
  id = stays ? -1 : static_cast<int64_t>(number);
  return true;
}

int read_arguments(Jail& jail, Arguments words, Arguments4& given) {
  const char* uid = words.next();
  const char* gid = words.next();
  const char* kill_fd = words.next();
  const char* flags = words.next();
  int64_t fd = 0;
  if (!read_or_stay(jail, uid, read_uid, given.identity.uid)) return refuse(jail, uid);
  if (!read_or_stay(jail, gid, read_gid, given.identity.gid)) return refuse(jail, gid);
  if (!read_signed(kill_fd, kPlanFd + 1, INT32_MAX, fd)) return refuse(jail, kill_fd);
  if (!read_number(flags, UINT32_MAX, given.clone_flags)) return refuse(jail, flags);
  return 0;
}

/** What passes is not the end of what is read. */
long read_surely(int fd, char* bytes, size_t most) {
  long size = -1;
  for (int left = kMostFailures; size < 0 && left > 0; left--) size = sys::call(__NR_read, fd, bytes, most);
  return size;
}

uint64_t monotonic_ns() {
  __kernel_timespec now = {};
  sys::call(__NR_clock_gettime, CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

/** The end without word of a failure is the moment of the exec, which closes the other end. */
void hear_command(Init& init) {
  char said[8];
  const long size = read_surely(init.status, said, sizeof said);
  for (long i = 0; i < size; i++) {
    init.execs = init.execs || said[i] == 'x';
    init.failed = init.failed || said[i] == 'f';
  }
  if (size > 0) return;
  sys::call(__NR_close, init.status);
  init.status = -1;
  if (!init.execs || init.failed) return;
  Text<64> message;
  message << "started " << monotonic_ns();
  send(message);
}

uint64_t usec(const __kernel_old_timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000 + static_cast<uint64_t>(time.tv_usec);
}

/** `exited CODE SIGNAL CORE USER-USEC SYSTEM-USEC MAX-RSS-KIB`, with `-` for what there is not (wait(2)). */
void tell_exit(int status, const rusage& usage) {
  const int signal = status & 0x7f;
  Text<128> message;
  message << "exited ";
  if (signal == 0)
    message << ((status >> 8) & 0xff) << " -";
  else
    message << "- " << signal;
  message << ' ' << ((status & 0x80) != 0 ? 1 : 0) << ' ' << usec(usage.ru_utime) << ' '
          << usec(usage.ru_stime) << ' ' << static_cast<uint64_t>(usage.ru_maxrss);
  send(message);
}

/** Reaps whoever is dead; true: the command is. */
bool reap(Init& init) {
  char drained[128];
  while (sys::call(__NR_read, init.child_signals, drained, sizeof drained) > 0) continue;
  for (int tries = kMostFailures;;) {
    int status = 0;
    rusage usage = {};
    const long pid = sys::call(__NR_wait4, -1, &status, WNOHANG | __WALL, &usage);
    // What passes must not cost the news: no other signal comes for it.
    if (pid < 0 && pid != -ECHILD && --tries > 0) continue;
    if (pid <= 0) return false;
    if (pid != init.command) continue;
    // Its last words come before its end.
    while (init.status >= 0) hear_command(init);
    init.notify->hear_last(init.family());
    if (!init.failed) tell_exit(status, usage);
    return true;
  }
}

/** What follows the word, a signal most likely, has to wait until the hooks are done. */
bool hear_of_event(Init& init, const char* message) {
  // The end that the Emperor makes of us now is nobody's loss.
  if (same(message, "kill")) init.hooks = -1;
  if (same(message, "event stop")) init.busy = tell_event(init.hooks, Event::stop);
  if (same(message, "event reload")) init.busy = tell_event(init.hooks, Event::reload);
  return init.busy;
}

/** Whoever does the hooks is done with one event, or is no more. */
void hear_hooks(Init& init) {
  char word = 0;
  const long size = read_surely(init.hooks, &word, 1);
  init.busy = false;
  if (size > 0) return;
  sys::call(__NR_close, init.hooks);
  init.hooks = -1;
}

/** False: the Emperor is gone. */
bool obey(Init& init) {
  Text<64> message;
  for (;;) {
    const Heard heard = hear(message, false);
    if (heard != Heard::message) return heard == Heard::nothing;
    if (same(message.text(), kRelease)) {
      // We have taken it from a command that is in set-up still.
      if (init.status >= 0) sys::call(__NR_sendto, init.status, "r", 1, sys::kMsgNoSignal, nullptr, 0);
      continue;
    }
    if (hear_of_event(init, message.text())) return true;
    uint64_t signal = 0;
    if (!starts_with(message.text(), "signal ") || !read_number(message.text() + 7, 64, signal)) continue;
    // Not reaped yet, so the number is its own still.
    sys::call(__NR_kill, init.command, signal);
  }
}

/** How long poll(2) may take. */
class Rest {
 public:
  void at_most(uint64_t ms) { ms_ = ms < ms_ ? ms : ms_; }
  /** Null: for ever. */
  const __kernel_timespec* timeout() {
    time_ = {static_cast<long long>(ms_ / 1000), static_cast<long long>(ms_ % 1000) * 1'000'000};
    return ms_ == UINT64_MAX ? nullptr : &time_;
  }

 private:
  uint64_t ms_ = UINT64_MAX;
  __kernel_timespec time_ = {};
};

/** Returns when there is nothing more to live for; true: it was the command that ended. */
bool serve(Init& init) {
  int failures = 0;
  for (;;) {
    const short said = init.busy ? 0 : POLLIN;
    SetnsServer& setns = *init.setns;
    NotifyServer& notify = *init.notify;
    pollfd fds[] = {{kControlFd, said, 0},
                    {init.child_signals, POLLIN, 0},
                    {init.status, POLLIN, 0},
                    {init.hooks, POLLIN, 0},
                    {setns.weary ? -1 : setns.listener, POLLIN, 0},
                    // What it says is heard after the news that it is there.
                    {init.status >= 0 ? -1 : notify.listening(), POLLIN, 0}};
    Rest rest;
    rest.at_most(setns.weary ? 1000 : UINT64_MAX);
    rest.at_most(notify.rest_ms());
    const long ready = sys::call(__NR_ppoll, fds, 6, rest.timeout(), nullptr, 0);
    // What passes is not to be the end of the jail.
    if (ready < 0 && ready != -EINTR && ++failures > kMostFailures) return false;
    if (ready >= 0) failures = 0;
    if (ready == 0) setns.weary = false;
    if (ready == 0 || fds[5].revents != 0) notify.hear(init.family());
    if (ready <= 0) continue;
    if (fds[4].revents != 0) setns.answer();
    if (fds[2].revents != 0) hear_command(init);
    if (fds[1].revents != 0 && reap(init)) return true;
    if (fds[3].revents != 0) hear_hooks(init);
    // Of what waits, only the end is heard.
    if (init.busy && fds[0].revents != 0) return false;
    if (!init.busy && fds[0].revents != 0 && !obey(init)) return false;
  }
}

void keep_only_ours(Jail& jail, const Init& init) {
  Kept kept;
  kept.add(init.kill);
  kept.add(init.status);
  kept.add(init.child_signals);
  kept.add(init.hooks);
  kept.add(init.proc);
  kept.add(init.setns->listener);
  kept.add(init.setns->directory);
  kept.add(init.notify->descriptor());
  for (uint32_t i = 0; i < init.setns->count; i++) kept.add(init.setns->fds[i]);
  let_go(jail, kept);
}

void do_last_hooks(const Init& init, bool ended, uint64_t patience_ms) {
  if (!tell_event(init.hooks, ended ? Event::exit : Event::lost)) return;
  const uint64_t most = ended ? patience_ms : kLostPatienceMs;
  await_last_hooks(init.hooks, init.child_signals, most, ended);
}

[[noreturn]] void live(Jail& jail, Init& init, const Identity& identity) {
  sys::call(__NR_prctl, PR_SET_NAME, kProcessName, 0, 0, 0);
  if (const int error = drop_privileges(jail, init.alone, identity)) {
    // Nothing has been promised to the command yet: it dies with us.
    jail.status_fd = -1;
    sys::call(__NR_kill, init.command, SIGKILL);
    fail(jail, error);
  }
  const uint64_t patience = hook_patience(jail);
  keep_only_ours(jail, init);
  const bool ended = serve(init);
  if (init.execs && !init.failed) do_last_hooks(init, ended, patience);
  init.setns->remove();
  // Not reaped yet, so the number is its own still. In a pid namespace that was joined nobody else finds it.
  if (!ended && !init.alone) sys::call(__NR_kill, init.command, SIGKILL);
  if (!init.alone) end_descendants(init.kill, init.proc);
  sys::exit(init.failed ? kSetUpFailed : 0);
}

}  // namespace

int init(Jail& jail, Arguments words) {
  Arguments4 given{};
  if (const int error = read_arguments(jail, words, given)) return error;
  Init init;
  init.setns = &jail.setns;
  init.notify = &jail.notify;
  init.alone = sys::call(__NR_getpid) == 1;
  // The end of pid 1 is the end of all.
  init.kill = init.alone ? -1 : jail.kill_fd;
  // Refused in a user namespace below a /proc that something is mounted over: then there is only the group.
  if (!init.alone && !proc_shows_us()) init.proc = static_cast<int>(detached_proc());
  // Orphans come to us, not to the Emperor, so that the end of the command is the end of them too.
  if (const int error = sys::error_of(__NR_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)) return error;
  if (const int error = block_signals()) return error;
  init.child_signals = open_signalfd(kChildSignal);
  if (init.child_signals < 0) return -init.child_signals;
  HookChannel channel;
  if (const int error = open_hook_channel(jail, channel)) return error;
  init.hooks = channel.init;
  Pair pair{};
  constexpr int kType = sys::kSockStream | sys::kSockCloexec;
  if (const int error = sys::error_of(__NR_socketpair, sys::kAfUnix, kType, 0, &pair)) return error;
  init.status = pair.ours;
  init.command = fork_into(given.clone_flags);
  if (init.command < 0) {
    jail.detail << fork_hint(static_cast<int>(-init.command));
    return static_cast<int>(-init.command);
  }
  sys::call(__NR_close, init.command == 0 ? pair.ours : pair.commands);
  if (channel.init >= 0) sys::call(__NR_close, init.command == 0 ? channel.init : channel.command);
  jail.hooks.channel = channel.command;
  if (init.command > 0) live(jail, init, given.identity);
  sys::call(__NR_close, init.child_signals);
  jail.setns.let_go();
  jail.notify.let_go();
  jail.status_fd = pair.commands;
  return 0;
}

}  // namespace jailer::steps
