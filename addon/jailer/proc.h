// A procfs that shows us, wherever it is. What stands at /proc in a root may be a directory that somebody
// else has filled: whoever has rights believes nothing there before he knows what it is.
#pragma once

namespace jailer {

/** The root directory of the procfs at /proc, or the negative errno: ENOENT for what is none. */
long open_proc();

/** The same where it has us by the number that we have here. The one of another pid namespace (the host's,
 * after only pids were joined) has other numbers, which are others' here. */
long own_proc();
bool proc_shows_us();

/** The root directory of a procfs of our pid namespace that is mounted nowhere; or the negative errno. */
long detached_proc();

}  // namespace jailer
