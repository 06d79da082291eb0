// A unix socket on which anybody may leave a datagram, and the kernel says who did: Node has none.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

struct Datagram {
  std::string data;
  /** It was longer than `data`. */
  bool cut;
  pid_t pid;
  uid_t uid;
};

/** Non-blocking; its file is for its owner alone from the first moment. */
Result<UniqueFd> bind_datagram(std::string path);
/** Nothing: none there. */
Result<std::optional<Datagram>> receive_datagram(int fd);

}  // namespace tsjail
