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

/** From now on open_source() gives `path` as it is at this moment: what is put in next may lie over it. */
void hold_place(const char* path);

/** The same as a mount of its own, for take_held(): one that is cloned later would have what was put over it.
 */
void hold_tree(const char* path, bool recursive);

/** A mount that hold_tree() made, each but once, or -ENOENT. */
long take_held(const char* path, bool recursive);

/** Nothing more of the host is needed. */
void close_early();

}  // namespace jailer
