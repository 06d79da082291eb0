// One clone on its way from the main thread to a launcher and back.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** What is the same for every run of a plan. */
struct Order {
  /** Namespace flags of clone(2). */
  uint64_t flags = 0;
  /** Becomes a sealed memfd, descriptor 4; 3 is the child's end of the control socket. */
  std::vector<uint8_t> plan;
  /** Directory of the cgroup v2 group that the child is born in; empty: the daemon's own. */
  std::string cgroup;
  /** Directories of other groups, that it joins by itself: it gets a descriptor of each one's cgroup.procs, 5
   * and up. */
  std::vector<std::string> joins;
  /** Does the child get the group's cgroup.kill as its last descriptor, where the kernel has one
   * (since 5.14)? */
  bool hand_over_kill = false;
  /** Shown by ps(1) behind the jailer's own. */
  std::string name;
  /** May its net namespace be one that was made ahead, `lo` up? */
  bool spare_network = false;
  /** Of the new pipe; 2^32 - 1 leaves it. */
  uint64_t output_uid = UINT32_MAX;
  uint64_t output_gid = UINT32_MAX;
};

struct SpawnRequest {
  std::shared_ptr<const Order> order;
  int jailer_fd = -1;
  /** Descriptors 0 to 2 of the child; kOutputPipe: the writing end of a new pipe. Further ones are for its
   * command: it gets them behind those of the order's `joins`. */
  std::vector<int> fds;
};

inline constexpr int kOutputPipe = -1;

/** The main thread's ends of what connects it to a child. */
struct Connections {
  UniqueFd control;
  /** Empty when nothing of the child's goes to a pipe. */
  UniqueFd output;
};

struct Child {
  pid_t pid;
  int pidfd;
};

struct Job {
  SpawnRequest request;
  /** The child's ends of its connections, open until it has them, and the number of our control socket. */
  UniqueFd control;
  UniqueFd output;
  int our_control = -1;
  std::function<void(Result<Child>)> done;
  /** Written by the kernel before the child first runs; the main thread may look at any time. */
  pid_t pid = 0;
  /** Number 0: the child has exec'd. */
  SystemError error = {0, nullptr, {}};
  /** The child was killed, it is only to be waited for. */
  bool reap = false;
  /** Guards what follows, and `pid` from the moment on when its child may be reaped: the main thread kills by
   * that number. */
  std::mutex end;
  /** A launcher has it in hand. */
  bool taken = false;
  /** Nobody wants the child any more. */
  bool unwanted = false;
};

}  // namespace tsjail
