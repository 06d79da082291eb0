// Joining namespaces whose files are open already.
#pragma once

#include "jail.h"

namespace jailer {

/** setns(2) for each of `fds`, which are closed then, in an order that can work. `path` is where they are
 * from; `pids` gets true when one is a pid namespace, which only children enter. 0, or the errno, with the
 * detail said. */
int join_namespaces(Jail& jail, const char* path, const int* fds, uint32_t count, bool& pids);

}  // namespace jailer
