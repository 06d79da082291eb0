// Where in the launchers' table of descriptors things lie.
#pragma once

#include <fcntl.h>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** What stays lies above the descriptors of most jobs, which thereby come to lie where the child wants them.
 */
inline constexpr int kResidents = 32;

/** To where those are that stay. */
inline Status settle(UniqueFd& fd) {
  UniqueFd settled(::fcntl(fd.get(), F_DUPFD_CLOEXEC, kResidents));
  if (!settled) return failed("fcntl");
  fd = std::move(settled);
  return Done{};
}

}  // namespace tsjail
