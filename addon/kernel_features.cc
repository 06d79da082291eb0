// Probes of the kernel: see kernel_features.h.
#include "kernel_features.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace tsjail {

namespace {

/** A size of 0 is refused as such (EINVAL) wherever the call itself is not: ENOSYS, or EPERM by a filter. */
bool has_clone3() { return ::syscall(SYS_clone3, nullptr, 0) < 0 && errno == EINVAL; }

/** No descriptor can have this number. */
bool has_close_range() { return ::syscall(SYS_close_range, ~0U, ~0U, 0) == 0; }

}  // namespace

Features features() {
  // CLONE_INTO_CGROUP came with Linux 5.7, below our floor: where clone3 is to be had, so is it.
  const bool clone3 = has_clone3();
  return {clone3, clone3, has_close_range()};
}

}  // namespace tsjail
