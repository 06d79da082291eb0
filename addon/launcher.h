// The threads that clone. CLONE_VFORK suspends the caller until the exec, so the caller must be neither the
// main loop nor a worker of libuv's pool.
#pragma once

#include <memory>

#include "network_pool.h"
#include "result.h"

namespace tsjail {

/** Descriptors of the main thread's. */
struct LauncherPipes {
  /** Pointers to jobs come from here; its end is the end of the threads. */
  int jobs;
  /** The same pointers go here when they are done. */
  int done;
};

/** Starts the threads and waits until they are set up. They are detached: the end of the process waits for
 * none, not even for one that hangs in a clone. */
Status start_launchers(const LauncherPipes& pipes, std::shared_ptr<NetworkPool> networks);

}  // namespace tsjail
