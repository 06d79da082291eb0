// Ends of child processes: see exit_watcher.h.
#include "exit_watcher.h"

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace tsjail {

namespace {

constexpr int kPPidfd = 3;

int64_t usec(const timeval& time) { return int64_t{time.tv_sec} * 1'000'000 + time.tv_usec; }

ExitStatus status_of(const siginfo_t& info, const rusage& usage) {
  ExitStatus status;
  if (info.si_code == CLD_EXITED)
    status.code = info.si_status;
  else
    status.signal = info.si_status;
  status.core = info.si_code == CLD_DUMPED;
  status.user_usec = usec(usage.ru_utime);
  status.system_usec = usec(usage.ru_stime);
  status.max_rss_kib = usage.ru_maxrss;
  return status;
}

/** Nothing: it has not ended. glibc's waitid(3) hides the fifth argument, which gives the rusage. */
std::optional<ExitStatus> reap(int pidfd) {
  siginfo_t info = {};
  rusage usage = {};
  if (::syscall(SYS_waitid, kPPidfd, pidfd, &info, WEXITED | WNOHANG, &usage) < 0) return ExitStatus{};
  if (info.si_pid == 0) return std::nullopt;
  return status_of(info, usage);
}

}  // namespace

Status ExitWatcher::watch(pid_t pid, int pidfd, std::function<void(const ExitStatus&)> done) {
  Loop::Ready ready = [this, pid, pidfd, done = std::move(done)](uint32_t) {
    if (held_.contains(pid)) return;
    const std::optional<ExitStatus> status = reap(pidfd);
    if (!status) return;
    loop_.unwatch(pidfd);
    ::close(pidfd);
    pids_.erase(pid);
    done(*status);
  };
  // Edge-triggered: a dead process that somebody traces (a debugger) is readable but not to be had; its
  // kernel wakes us again when the tracer lets go of it (ptrace(2)).
  Status watched = loop_.watch(pidfd, EPOLLIN | EPOLLET, ready);
  if (watched) pids_.emplace(pid, Watch{pidfd, std::move(ready)});
  expected_.erase(pid);
  return watched;
}

std::vector<pid_t> ExitWatcher::watched() const {
  std::vector<pid_t> pids;
  for (const auto& [pid, each] : pids_) pids.push_back(pid);
  return pids;
}

Status ExitWatcher::release(pid_t pid) {
  if (held_.erase(pid) == 0) return Done{};
  const auto found = pids_.find(pid);
  if (found == pids_.end()) return Done{};
  // A new watch tells of an end that the old one was told of in vain.
  loop_.unwatch(found->second.pidfd);
  return loop_.watch(found->second.pidfd, EPOLLIN | EPOLLET, found->second.ready);
}

}  // namespace tsjail
