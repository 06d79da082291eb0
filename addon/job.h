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
  /** -1: the daemon's own group. */
  int cgroup_fd = -1;
  int jailer_fd = -1;
  /** fds[i] becomes descriptor i of the child. */
  std::vector<int> fds;
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
