// The mounts that /proc/self/mountinfo lists, as open descriptors.
#pragma once

namespace jailer {

/** Is called with an O_PATH descriptor of a mount's root; anything but 0 ends the walk. */
using MountVisitor = int (*)(void* context, int fd);

/** Visits the mount whose root `fd` is, and every mount below it that can be seen. 0 or an errno. */
int each_mount_below(int fd, MountVisitor visit, void* context);

}  // namespace jailer
