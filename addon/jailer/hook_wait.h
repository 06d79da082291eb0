// Actions of hooks that wait: what their files share.
#pragma once

#include "jail.h"

namespace jailer {

/** Nobody tells of everything: then a look now and then has to do. */
inline constexpr uint64_t kGlanceMs = 250;

/** The failure of a wait that took longer than hook-timeout. */
int is_late(Jail& jail, const char* what);

/** A network interface of that name in our net namespace. */
int wait_for_interface(Jail& jail, const char* name);
/** A file system that is mounted there. */
int wait_for_mount_point(Jail& jail, const char* path);

}  // namespace jailer
