// The address of a unix socket by its path; `@` at the beginning: in the abstract namespace (unix(7)).
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "result.h"

namespace tsjail {

struct UnixAddress {
  sockaddr_un name = {};
  socklen_t size = 0;

  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&name); }
};

/** `syscall` is what the address is for. */
inline Result<UnixAddress> unix_address(const std::string& path, const char* syscall) {
  UnixAddress address;
  if (path.empty() || path.size() >= sizeof address.name.sun_path) {
    return SystemError{path.empty() ? ENOENT : ENAMETOOLONG, syscall, path};
  }
  address.name.sun_family = AF_UNIX;
  std::memcpy(address.name.sun_path, path.data(), path.size());
  const bool abstract = path.front() == '@';
  if (abstract) address.name.sun_path[0] = 0;
  // An abstract name has no end but its length.
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
  return address;
}

}  // namespace tsjail
