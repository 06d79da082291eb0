// One clone on its way from the main thread to a launcher and back.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "result.h"

namespace tsjail {

struct SpawnRequest {
  /** Namespace flags of clone(2). */
  uint64_t flags = 0;
  int jailer_fd = -1;
  /** fds[i] becomes descriptor i of the child. */
  std::vector<int> fds;
  /** Becomes a sealed memfd, the descriptor after `fds`. */
  std::vector<uint8_t> plan;
  /** Directory of the cgroup v2 group that the child is born in; empty: the daemon's own. */
  std::string cgroup;
  /** Does the child get the group's cgroup.kill as its last descriptor, where the kernel has one
   * (since 5.14)? */
  bool hand_over_kill = false;
  std::vector<std::string> argv;
};

struct Child {
  pid_t pid;
  int pidfd;
};

struct Job {
  SpawnRequest request;
  std::function<void(Result<Child>)> done;
  /** Written by the kernel before the child first runs; the main thread may look at any time. */
  pid_t pid = 0;
  /** Number 0: the child has exec'd. */
  SystemError error = {0, nullptr, {}};
  /** The child was killed, it is only to be waited for. */
  bool reap = false;
};

}  // namespace tsjail
