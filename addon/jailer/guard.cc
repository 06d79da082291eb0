// Processes that stay behind: see guard.h.
#include "guard.h"

#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>

#include "capabilities.h"
#include "control.h"
#include "fds.h"
#include "found.h"

namespace jailer {

namespace {

constexpr uint64_t kAllSignals = ~uint64_t{0};
constexpr int kSignalfdFlags = O_CLOEXEC | O_NONBLOCK;

int explain(Jail& jail, const char* what, int64_t id, int error) {
  if (error == 0) return 0;
  jail.detail << what << ' ' << static_cast<uint64_t>(id);
  jail.detail << (error == EINVAL ? " is not in the map" : " is not ours to take");
  return error;
}

int take_ids(Jail& jail, const Identity& identity) {
  const auto [uid, gid] = identity;
  if (uid < 0 && gid < 0) return 0;
  const int groups = sys::error_of(__NR_setgroups, 0, nullptr);
  // Denied in a user namespace made without root, where there are none to be given up.
  if (groups && groups != EPERM) return groups;
  if (gid >= 0) {
    const int error = sys::error_of(__NR_setresgid, gid, gid, gid);
    if (error) return explain(jail, "gid", gid, error);
  }
  return uid < 0 ? 0 : explain(jail, "uid", uid, sys::error_of(__NR_setresuid, uid, uid, uid));
}

}  // namespace

void Kept::add(int fd) {
  if (fd < 0 || count_ == sizeof list_ / sizeof list_[0]) return;
  uint32_t at = count_;
  while (at > 0 && list_[at - 1] > fd) at--;
  if (at > 0 && list_[at - 1] == fd) return;
  for (uint32_t i = count_; i > at; i--) list_[i] = list_[i - 1];
  list_[at] = fd;
  count_++;
}

int block_signals() {
  return sys::error_of(__NR_rt_sigprocmask, SIG_BLOCK, &kAllSignals, nullptr, sys::kSignalSetSize);
}

int open_signalfd(uint64_t mask) {
  return static_cast<int>(sys::call(__NR_signalfd4, -1, &mask, sys::kSignalSetSize, kSignalfdFlags));
}

long fork_into(uint64_t flags) {
#if defined(__x86_64__)
  return sys::call(__NR_clone, flags | SIGCHLD, 0, nullptr, nullptr, 0);
#else
  return sys::call(__NR_clone, flags | SIGCHLD, 0, nullptr, 0, nullptr);
#endif
}

const char* fork_hint(int error) {
  if (error == EAGAIN) return "out of processes: see pids.max of its cgroup, limit-nproc and kernel.pid_max";
  if (error == ENOSPC) return "out of namespaces, see /proc/sys/user/max_*_namespaces";
  if (error == ENOMEM) return "out of memory, or its pid namespace has lost its pid 1";
  return "";
}

void forget_plan(Jail& jail) {
  sys::call(__NR_munmap, jail.plan, jail.plan_size);
  jail.plan = nullptr;
  forget_found(jail);
}

void let_go(Jail& jail, Kept& kept) {
  kept.add(kControlFd);
  close_all_but(kept.list(), kept.count());
  forget_plan(jail);
}

int drop_privileges(Jail& jail, bool alone, const Identity& identity) {
  if (alone) {
    // Else the change of uid would take CAP_KILL too. Refused by locked securebits: then it does.
    sys::call(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
    if (const int error = take_ids(jail, identity)) return error;
  }
  if (const int error = keep_capabilities(uint64_t{1} << CAP_KILL)) return error;
  if (const int error = sys::error_of(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return error;
  // Again: a change of ids brings the system's default back (prctl(2)).
  return sys::error_of(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace jailer
