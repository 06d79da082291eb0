// Mounts that are not attached anywhere yet, and attaching them by descriptor: no path is looked up twice,
// and no /proc is needed.
#pragma once

#include <stdint.h>

#include "text.h"

namespace jailer {

/** A copy of the mount at `path` below `directory` (empty: itself), with all below it when `recursive`. A
 * descriptor of its root, or -errno. */
long clone_tree(int directory, const char* path, bool recursive);

/** The same of the mount that `directory` is in, for something that the flags of that mount must not touch.
 */
long clone_own(int directory);

/** A new file system with MS_* `flags` and `data` as mount(8) has it: `size=1m,mode=700`. A descriptor of its
 * root, or -errno; `why` is what the kernel says about it. */
long new_tree(const char* fstype, const char* source, uint64_t flags, const char* data, Text<512>& why);

/** Attaches `tree` on what `target` is. Both descriptors stay; `tree` is the mount's root then as before. */
int attach(int tree, int target);

bool is_directory(int fd);

}  // namespace jailer
