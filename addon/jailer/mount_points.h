// The mount points below a directory, one after the other, whatever the length of the list, and without a
// /proc in the root that one is in.
#pragma once

#include "text.h"

namespace jailer {

using MountPath = Text<4096>;
/** Called with each mount point at `top` or below it; false ends the walk. */
using PointVisitor = bool (*)(void* context, const char* path);

/** `top` as getcwd(2) gives it. 0; or the errno that kept the list from being read. */
int each_mount_point(const char* top, PointVisitor visit, void* context);

}  // namespace jailer
