// The namespaces of a jail that its init hands out to whoever may join it.
#pragma once

#include "setns.h"

namespace jailer {

struct SetnsServer {
  /** All that there are under /proc/PID/ns, and some to come. */
  static constexpr uint32_t kMost = 16;

  /** -1: there is none. */
  int listener = -1;
  int fds[kMost] = {};
  uint32_t count = 0;
  /** Who may ask besides root and our own user. */
  int64_t other = -1;
  /** Accepting failed for want of something: not to be tried again at once. */
  bool weary = false;
  /** Where it is: the directory, the name in it, and which file that is. Whoever may exchange the directory
   * does not decide what is removed. */
  int directory = -1;
  char name[sizeof UnixAddress::path] = {};
  uint64_t inode = 0;

  /** Answers those who wait. Never blocks: an answer fits into the buffer of a socket. */
  void answer();
  /** In the process that becomes the command: it is the init's. */
  void let_go();
  /** Nobody finds it any more; where our rights do not reach that far the Emperor sees to it. */
  void remove() const;
};

}  // namespace jailer
