// The walk over our descendants: see end_of_jail.h. A kill takes microseconds and a fork fifty times that, so
// the walk cannot be outrun; going down level by level is enough, since the dead hand their children to us.
#include "end_of_jail.h"

#include <linux/poll.h>
#include <linux/signal.h>
#include <linux/time_types.h>
#include <linux/wait.h>

#include "proc.h"
#include "sys.h"

namespace jailer {

namespace {

constexpr const char* kChildren = "thread-self/children";
constexpr long kPauseNs = 2'000'000;
/** Passes before somebody who cannot die (uninterruptible sleep) is left to the cgroup: half a second. */
constexpr int kPatience = 250;

/** Kills each pid of a part of the list. `pid` carries digits over from one part to the next. */
void kill_listed(const char* part, long size, long& pid) {
  for (long i = 0; i < size; i++) {
    if (part[i] >= '0' && part[i] <= '9') {
      pid = pid * 10 + (part[i] - '0');
      continue;
    }
    // Our own child that nobody but us reaps: the number cannot have been given to somebody else.
    if (pid > 0) sys::call(__NR_kill, pid, SIGKILL);
    pid = 0;
  }
}

/** Where no /proc can be read the cgroup or the Emperor, to whom orphans go next, has to do. */
bool kill_children(int proc) {
  const sys::Fd own(proc < 0 ? own_proc() : -EBADF);
  if (proc < 0 && own.error()) return false;
  const int there = proc < 0 ? own.get() : proc;
  const sys::Fd file(sys::call(__NR_openat, there, kChildren, O_RDONLY | O_CLOEXEC));
  if (file.error()) return false;
  char part[1024];
  long pid = 0;
  for (;;) {
    const long size = sys::call(__NR_read, file.get(), part, sizeof part);
    if (size <= 0) return size == 0;
    kill_listed(part, size, pid);
  }
}

/** False: nobody is left. */
bool reap_dead() {
  long pid;
  do pid = sys::call(__NR_wait4, -1, nullptr, WNOHANG | __WALL, nullptr);
  while (pid > 0 || pid == -EINTR);
  return pid == 0;
}

void pause() {
  const __kernel_timespec time = {0, kPauseNs};
  sys::call(__NR_ppoll, nullptr, 0, &time, nullptr, 0);
}

}  // namespace

void end_descendants(int kill_fd, int proc) {
  for (int pass = 0; reap_dead() && (kill_fd < 0 || pass < kPatience); pass++) {
    if (!kill_children(proc)) break;
    if (pass > 0) pause();
  }
  if (kill_fd >= 0) sys::call(__NR_write, kill_fd, "1", 1);
}

}  // namespace jailer
