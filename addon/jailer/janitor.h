// What a start makes in a root file system on disk is taken back when that start fails, and nobody else is in
// that root: by a process in a mount namespace of its own, since nobody can remove a directory that something
// is mounted on where he lives.
#pragma once

#include "jail.h"
#include "paths.h"

namespace jailer {

/** `name` was made in `parent`. 0, or the errno why it could not be taken back later. */
int remember(Jail& jail, int parent, const char* name, Kind kind);

/** The start failed: returns when what was made is gone. */
void take_back(Jail& jail);

/** Of the process that holds our end: from now on its end is no failure, unless take_back() says so. Without
 * the word what the jail uses would go when the command has been exec'd. */
int keep_made(const Jail& jail);

/** Nothing can fail any more that would be worth it; returns when the janitor is gone. */
void dismiss_janitor(Jail& jail);

}  // namespace jailer
