// Sockets that listen: those that are bound for a vassal, which the Emperor hands on and where it never
// accepts, and its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** A stream socket bound to a sockaddr. One with a path has no rights at all (mode 0) until somebody gives it
 * some; it may take as long as its file system does. */
Result<UniqueFd> bind_address(std::span<const uint8_t> address);
/** Again with another backlog, too. */
Status listen_on(int fd, int backlog);
/** A stream socket that listens on a unix path; its file is its owner's alone. */
Result<UniqueFd> listen_unix(std::string path, int backlog);
/** Takes O_NONBLOCK back, which whoever had `fd` before may have set for all. */
Status make_blocking(int fd);

}  // namespace tsjail
