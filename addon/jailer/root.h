// What the steps about the jail's root share.
#pragma once

#include <stdint.h>

namespace jailer {

inline constexpr uint32_t kMostLocks = 16;

struct Root {
  /** Where things are put, before it becomes "/" and after. */
  int fd = -1;
  /** True: it is the host's own file system, where nothing is made. */
  bool hosts = false;
  /** The procfs that was put into it, wherever its path leads by now; or -1. */
  int proc = -1;
  /** The root before pivot-root, which may be mounted still. */
  int old = -1;
  /** A mount of the old root's /dev/null, for masks: cloned again where it is in use already. */
  int null_tree = -1;
  bool null_used = false;
  /** The empty directory that the first mask of a directory has mounted, or -1. */
  int empty_tree = -1;
  /** Directories that this jail has locks on (see root_locks.h). */
  int locks[kMostLocks] = {};
  uint32_t lock_count = 0;
  /** One of them could not be locked. */
  bool unlocked = false;
  /** Socket to the process that takes back what was made, or -1. */
  int janitor = -1;
  long janitor_pid = 0;
};

}  // namespace jailer
