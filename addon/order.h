// What JavaScript orders of a spawn, in one piece and read once for all runs of a plan: field by field it
// would cost the main thread more than all else that it does for a spawn.
#pragma once

#include <string_view>

#include "job.h"

namespace tsjail {

/** Words ended by NUL: FLAGS CGROUP HAND-OVER-KILL SPARE-NETWORK NAME OUTPUT-UID OUTPUT-GID COUNT JOIN...,
 * then the plan. False: it is something else. */
bool read_order(std::string_view text, Order& order);

}  // namespace tsjail
