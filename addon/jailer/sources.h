// What the host has and the jail shall get, opened by its path. Root of a user namespace may not pass a
// directory that only root of the host may: such paths are opened while this process still has the host's
// uid.
#pragma once

#include "plan.h"

namespace jailer {

/** A descriptor (O_PATH) of `path` in the root as it is now, or -errno. */
long open_source(const char* path);

/** The same, opened as soon as possible: what cannot be had now may be there later. */
void open_early(Arguments paths);

/** Nothing more of the host is needed. */
void close_early();

}  // namespace jailer
