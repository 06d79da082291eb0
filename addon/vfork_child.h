// What happens between clone and exec, in the daemon's own memory: raw system calls only, no libc, no errno,
// no malloc. It changes no uid, which would make the daemon itself undumpable (prctl(2), PR_SET_DUMPABLE):
// memory has one such flag.
#pragma once

#include <cstdint>

namespace tsjail {

/** As `syscall` below, of a namespace that could not be entered. */
inline constexpr const char kSetns[] = "setns";

struct ChildOrders {
  /** fds[i] becomes descriptor i; the last one is the jailer's, which is closed by the exec. The list is used
   * up. */
  int* fds;
  int count;
  /** Where close_range(2) is not to be had: descriptors below this may be open and not close-on-exec. */
  int descriptor_bound;
  /** The net namespace to enter, or -1. */
  int network;
  /** cgroup.procs of the group to join, or -1; what to unshare after that. */
  int group_fd;
  unsigned long unshare;
  const char* const* argv;
  /** Bit n - 1: signal n goes back to its default. */
  uint64_t default_signals;
  /** The launcher runs under SCHED_BATCH, which is no business of the jail's. */
  bool reset_scheduling;
  /** In a new user namespace an exec by a uid not mapped yet loses every capability that is not ambient. */
  bool keep_capabilities;

  /** Filled in by a child that could not exec: the memory is shared. */
  int error;
  const char* syscall;
};

/** clone3(2) with arguments as linux/sched.h has them, stack included: the pid or -errno. Returns when the
 * child has exec'd or ended (CLONE_VFORK). */
long clone3_child(const void* arguments, unsigned long size, ChildOrders& orders);

/** The same by clone(2), which takes its flags and exit signal in one word. */
long clone_child(unsigned long flags, void* stack_top, int* parent_tid, ChildOrders& orders);

}  // namespace tsjail
