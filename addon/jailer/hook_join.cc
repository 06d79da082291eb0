// The step with which a helper enters namespaces of a jail: hooks of the Emperor's that act inside.
#include <linux/sched.h>

#include "jail.h"

namespace jailer::steps {

namespace {

/** Where the Emperor puts the pidfd of the jail's first process. */
constexpr int kTargetFd = 0;

}  // namespace

int hook_join(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t flags = 0;
  if (!read_number(word, UINT32_MAX, flags)) return refuse(jail, word);
  const char* pid_word = arguments.next();
  uint64_t pid = 0;
  if (*pid_word != 0 && !read_number(pid_word, INT32_MAX, pid)) return refuse(jail, pid_word);
  const sys::Fd pidfd(pid == 0 ? -EBADF : sys::call(__NR_pidfd_open, pid, 0));
  if (pid != 0 && pidfd.error()) return pidfd.error();
  const int error = sys::error_of(__NR_setns, pid == 0 ? kTargetFd : pidfd.get(), flags);
  if (error == EINVAL) jail.detail << "the jail shares one of these with the daemon, or this kernel has none";
  if (error == ESRCH) jail.detail << "the jail is gone";
  return error;
}

}  // namespace jailer::steps
