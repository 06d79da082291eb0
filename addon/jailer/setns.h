// Namespaces that are handed on over a unix socket, as uWSGI does: what the joining and the serving side
// share.
#pragma once

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

namespace jailer {

/** On the wire without its NUL, before the number of descriptors as a native int. */
inline constexpr char kSetnsCode[] = "uwsgi-setns";
inline constexpr size_t kSetnsCodeSize = sizeof kSetnsCode - 1;
inline constexpr size_t kSetnsSize = kSetnsCodeSize + sizeof(uint32_t);
/** uWSGI takes no more in one message. */
inline constexpr uint32_t kMostNamespaces = 64;

/** Of linux/un.h, without the headers that a libc brings beside it. */
struct UnixAddress {
  uint16_t family;
  char path[108];
};
/** ENAMETOOLONG, or 0. */
int unix_address(const char* path, UnixAddress& address);

// Of sys/socket.h, as the kernel has them.
inline constexpr int kSockNonBlock = 0x800;
inline constexpr int kMsgControlCut = 0x8;
inline constexpr int kMsgCloexec = 0x40000000;
inline constexpr int kScmRights = 1;

struct Bytes {
  void* at;
  size_t size;
};
struct MessageHeader {
  void* name;
  uint32_t name_size;
  Bytes* parts;
  size_t part_count;
  void* control;
  size_t control_size;
  int flags;
};
struct Descriptors {
  size_t size;
  int level;
  int type;
  int fds[kMostNamespaces];
};
inline constexpr size_t kDescriptorsHead = offsetof(Descriptors, fds);

/** The CLONE_NEW flag of the namespace that `fd` is a file of; 0: it is none. */
uint32_t namespace_kind(int fd);
/** As /proc/PID/ns has it. */
const char* namespace_name(uint32_t kind);

/** Root, our own user, or `other` (-1: nobody): who else is at the other end of `fd` is not to be trusted.
 * EACCES then, with its uid in `uid`. */
int check_peer(int fd, int64_t other, uint32_t& uid);

}  // namespace jailer
