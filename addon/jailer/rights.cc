// sendmsg(2) and recvmsg(2): see rights.h.
#include "rights.h"

namespace jailer {

namespace {

constexpr int kRights = 1;  // SCM_RIGHTS
constexpr int kSocketLevel = 1;

/** msghdr and cmsghdr of sys/socket.h. */
struct Part {
  void* bytes;
  size_t size;
};
struct Control {
  size_t size = sizeof(Control) - sizeof(int);
  int level = kSocketLevel;
  int type = kRights;
  int fd = -1;
  int padding = 0;
};
struct Message {
  void* name;
  uint32_t name_size;
  Part* parts;
  size_t part_count;
  void* control;
  size_t control_size;
  uint32_t flags;
};
static_assert(sizeof(Control) == 24 && sizeof(Message) == 56);

}  // namespace

int send_with(int socket, const void* bytes, size_t size, int fd) {
  Control control;
  control.fd = fd;
  Part part = {const_cast<void*>(bytes), size};
  const bool passes = fd >= 0;
  Message message = {nullptr, 0, &part, 1, passes ? &control : nullptr, passes ? sizeof control : 0, 0};
  int error;
  do error = sys::error_of(__NR_sendmsg, socket, &message, sys::kMsgNoSignal);
  while (error == EINTR);
  return error;
}

long receive_with(int socket, void* bytes, size_t size, int& fd) {
  Control control;
  Part part = {bytes, size};
  Message message = {nullptr, 0, &part, 1, &control, sizeof control, 0};
  long received;
  do received = sys::call(__NR_recvmsg, socket, &message, 0);
  while (received == -EINTR);
  fd = message.control_size >= sizeof(Control) - sizeof(int) ? control.fd : -1;
  return received;
}

}  // namespace jailer
