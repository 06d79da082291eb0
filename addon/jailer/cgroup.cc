// The step that joins a control group of a v1 hierarchy. It comes with a descriptor of cgroup.procs, opened
// outside: in here the file may be out of sight, or belong to a user that is not mapped.
#include <asm/statfs.h>
#include <linux/magic.h>

#include "jail.h"

namespace jailer::steps {

namespace {

const char* join_hint(int error) {
  if (error == ENOSPC) return "cpuset.cpus and cpuset.mems must be set first, see cgroup-opt";
  if (error == EINVAL) return "a process with real-time priority, and cpu.rt_runtime_us is 0?";
  if (error == EACCES || error == EPERM) return "the group is another user's";
  if (error == ENODEV) return "the group was removed";
  return nullptr;
}

}  // namespace

int join_cgroup(Jail& jail, Arguments arguments) {
  const char* number = arguments.next();
  const char* directory = arguments.next();
  int64_t fd = 0;
  if (!read_signed(number, kPlanFd + 1, INT32_MAX, fd)) return refuse(jail, number);
  // It stays open: what the init opens must lie above the descriptors that came with us.
  if (const int error = sys::error_of(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC)) return error;
  struct statfs place = {};
  if (const int error = sys::error_of(__NR_fstatfs, fd, &place)) return error;
  // The clone was into it.
  if (place.f_type == CGROUP2_SUPER_MAGIC) return 0;
  // `0` is whoever writes it, whatever its pid is elsewhere.
  const int error = sys::error_of(__NR_write, fd, "0", 1);
  if (error == 0) return 0;
  jail.detail << "joining " << directory;
  if (const char* hint = join_hint(error)) jail.detail << ": " << hint;
  return error;
}

}  // namespace jailer::steps
