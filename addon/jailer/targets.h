// Where things are put in the jail's root: found or made inside of it, and taken back when the start fails.
#pragma once

#include "jail.h"
#include "paths.h"

namespace jailer {

/** 0, or EPERM with the detail said: the mounts are those of somebody whose namespace was joined. */
int own_mounts(Jail& jail);

/** Opens the target `path`, which is made where it is missing. A descriptor, or -errno with the detail said.
 */
long open_target(Jail& jail, const char* path, Kind kind);

/** Attaches `tree` on `path`; on "/" it becomes the root. */
int put(Jail& jail, int tree, const char* path);

/** On the file system of `tree`, which is new and the jail's alone, anything may be made. */
void note_own(int tree);

}  // namespace jailer
