// How an init without a pid namespace of its own ends everybody below it.
#pragma once

namespace jailer {

/** Kills and reaps every descendant, those that fork while it goes included: as their subreaper we get
 * whoever loses its parent. Then writes to `kill_fd` (cgroup.kill, or -1), which ends whoever left us and
 * this process. `proc`: the root of the procfs to look in, or -1 for the one on /proc. */
void end_descendants(int kill_fd, int proc = -1);

}  // namespace jailer
