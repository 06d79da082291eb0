// Ends of child processes: a pidfd each in the loop's epoll, one wait when it fires. SIGCHLD plays no part.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "loop.h"

namespace tsjail {

/** How a child ended; neither code nor signal when somebody else took its status. */
struct ExitStatus {
  std::optional<int> code;
  std::optional<int> signal;
  bool core = false;
  int64_t user_usec = 0;
  int64_t system_usec = 0;
  int64_t max_rss_kib = 0;
};

class ExitWatcher {
 public:
  explicit ExitWatcher(Loop& loop) : loop_(loop) {}

  /** Calls `done` once, when our child `pid` is reaped and `pidfd`, which becomes ours, is closed. */
  Status watch(pid_t pid, int pidfd, std::function<void(const ExitStatus&)> done);
  /** Child `pid`, which is watched, is not reaped before `release`: its number stays its own, dead or alive.
   */
  void hold(pid_t pid) { held_.insert(pid); }
  Status release(pid_t pid);
  /** `pid` is a child that `watch` is to be called for. */
  void expect(pid_t pid) { expected_.insert(pid); }
  bool watches(pid_t pid) const { return pids_.contains(pid) || expected_.contains(pid); }
  std::vector<pid_t> watched() const;

 private:
  struct Watch {
    int pidfd;
    Loop::Ready ready;
  };

  Loop& loop_;
  std::unordered_map<pid_t, Watch> pids_;
  std::unordered_set<pid_t> held_;
  std::unordered_set<pid_t> expected_;
};

}  // namespace tsjail
