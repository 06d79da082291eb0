// Descriptors by the range: close_range(2), and what it takes where that is missing (before 5.9, or refused
// by a filter) or does not know CLOSE_RANGE_CLOEXEC (before 5.11).
#include "fds.h"

#include <linux/close_range.h>
#include <linux/resource.h>

#include "sys.h"

namespace jailer {

namespace {

/** No descriptor can be above the hard limit it was opened under; the cap keeps an unlimited one from taking
 * seconds. The plan may have lowered the limit since: ours, which are few, lie below the least bound. */
uint32_t descriptor_bound() {
  constexpr uint64_t kLeast = 64;
  constexpr uint64_t kCap = 1 << 20;
  rlimit64 limit = {};
  if (sys::error_of(__NR_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit) || limit.rlim_max > kCap) return kCap;
  return static_cast<uint32_t>(limit.rlim_max < kLeast ? kLeast : limit.rlim_max);
}

void close_between(uint32_t first, uint32_t last) {
  if (first > last || sys::call(__NR_close_range, first, last, 0) == 0) return;
  const uint32_t bound = descriptor_bound();
  for (uint32_t fd = first; fd <= last && fd < bound; fd++) sys::call(__NR_close, fd);
}

}  // namespace

int close_on_exec_from(uint32_t first) {
  const int error = sys::error_of(__NR_close_range, first, UINT32_MAX, CLOSE_RANGE_CLOEXEC);
  if (error != EINVAL && error != ENOSYS && error != EPERM) return error;
  const uint32_t bound = descriptor_bound();
  for (uint32_t fd = first; fd < bound; fd++) sys::call(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC);
  return 0;
}

void close_all_but(const int* keep, uint32_t count) {
  uint32_t first = 0;
  for (uint32_t i = 0; i < count; i++) {
    const auto kept = static_cast<uint32_t>(keep[i]);
    if (kept > first) close_between(first, kept - 1);
    first = kept + 1;
  }
  close_between(first, UINT32_MAX);
}

bool is_open(int fd) { return fd >= 0 && sys::call(__NR_fcntl, fd, F_GETFD, 0) >= 0; }

}  // namespace jailer
