// The fork in the midst of a plan, which brings the rest of it into a pid namespace that was unshared or
// joined.
#pragma once

#include "jail.h"

namespace jailer {

/** Forks: 0 in the child, which does the rest of the plan, or the errno. The parent never comes back: it
 * passes signals and the end on, and ends everybody below it when the Emperor is gone. */
int refork(Jail& jail);

}  // namespace jailer
