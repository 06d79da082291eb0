// Makes net namespaces, `lo` up, and goes into each for a moment: for a thread that does nothing else.
#pragma once

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

class NetworkMaker {
 public:
  /** Of the launchers' table. Whether we are where the kernel says that we are is seen, too: a filter around
   * us may say yes and do nothing, and a jail would be in the host's network. */
  Result<UniqueFd> make();

 private:
  UniqueFd home_;
};

}  // namespace tsjail
