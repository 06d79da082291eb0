// Calls on processes: signals, limits, and children that came to us because their parent died.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "result.h"

namespace tsjail {

/** pidfd_send_signal(2). */
Status send_signal(int pidfd, int signal);
/** The soft half of the limit stays as it is. */
Status raise_hard_limit(pid_t pid, int resource, uint64_t hard);
/** PR_SET_CHILD_SUBREAPER for this process. */
Status become_subreaper();

/** Is a child none of the orphans? */
using IsKnown = std::function<bool(pid_t)>;
/** Reaps dead orphans and gives their pids. */
Result<std::vector<pid_t>> reap_orphans(const IsKnown& is_known);
/** Orphans among our direct children, dead ones too: whoever died just now may have left us others, not yet
 * listed.
 */
Result<std::vector<pid_t>> list_orphans(const IsKnown& is_known);

}  // namespace tsjail
