// The daemon's signals while its program is being replaced: none kills by default before the new one has its
// handlers, and none is lost.
#pragma once

#include "result.h"

namespace tsjail {

/** By name: what a process that was re-exec'd is given to know it. */
inline constexpr const char* kHandedOver = "TSJAIL_REEXEC";

/** From now on they stay pending in the calling thread, which has to be the one that execs: pending signals
 * outlive execve(2), handlers do not. */
Status hold_signals();
/** What came meanwhile is delivered. Also for the new program, whose mask is held by this addon (see the
 * .cc). */
Status release_signals();

}  // namespace tsjail
