// Descriptors that go along with a message on a socket (SCM_RIGHTS, unix(7)).
#pragma once

#include "sys.h"

namespace jailer {

/** `fd` below 0: none goes along. 0 or errno. */
int send_with(int socket, const void* bytes, size_t size, int fd);

/** Size of the message or -errno; `fd` is the descriptor that came along, or -1. */
long receive_with(int socket, void* bytes, size_t size, int& fd);

}  // namespace jailer
