// A procfs that shows us, wherever it is.
#pragma once

namespace jailer {

/** Does /proc have us by the number that we have here? The one of another pid namespace (the host's, after
 * only pids were joined) has other numbers, which are others' here. */
bool proc_shows_us();

/** The root directory of a procfs of our pid namespace that is mounted nowhere; or the negative errno. */
long detached_proc();

}  // namespace jailer
