// The janitor lives from the first thing made to the exec of the command, which closes our end of its socket:
// see janitor.h.
#include "janitor.h"

#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/wait.h>

#include "fds.h"
#include "trees.h"

namespace jailer {

namespace {

constexpr const char* kProcessName = "tsjail-janitor";
constexpr uint32_t kMost = 64;
constexpr int kSequenced = 5;  // SOCK_SEQPACKET
constexpr int kRights = 1;     // SCM_RIGHTS
constexpr int kSocketLevel = 1;
constexpr char kTakeBack = 'f';

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

struct Thing {
  int parent;
  Kind kind;
  char name[256];
};

struct Note {
  char order;
  Kind kind;
  char name[256];
};

long clone(uint64_t flags) {
#if defined(__x86_64__)
  return sys::call(__NR_clone, flags | SIGCHLD, 0, nullptr, nullptr, 0);
#else
  return sys::call(__NR_clone, flags | SIGCHLD, 0, nullptr, 0, nullptr);
#endif
}

/** False: nobody is at the other end any more. */
bool receive(int socket, Note& note, int& fd) {
  Control control;
  Part part = {&note, sizeof note};
  Message message = {nullptr, 0, &part, 1, &control, sizeof control, 0};
  long size;
  do size = sys::call(__NR_recvmsg, socket, &message, O_CLOEXEC);
  while (size == -EINTR);
  fd = message.control_size >= sizeof(Control) - sizeof(int) ? control.fd : -1;
  return size == sizeof note;
}

int send(int socket, Note& note, int fd) {
  Control control;
  control.size = sizeof(Control) - sizeof(int);
  control.fd = fd;
  Part part = {&note, sizeof note};
  const bool passes = fd >= 0;
  Message message = {nullptr, 0, &part, 1, passes ? &control : nullptr, passes ? sizeof control : 0, 0};
  return sys::error_of(__NR_sendmsg, socket, &message, sys::kMsgNoSignal);
}

/** Only what is as we made it: an empty directory, an empty file. */
void remove(const Thing& thing) {
  if (thing.kind == Kind::directory) {
    sys::call(__NR_unlinkat, thing.parent, thing.name, AT_REMOVEDIR);
    return;
  }
  struct statx about = {};
  const long known =
      sys::call(__NR_statx, thing.parent, thing.name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &about);
  if (known == 0 && (about.stx_mode & S_IFMT) == S_IFREG && about.stx_size == 0)
    sys::call(__NR_unlinkat, thing.parent, thing.name, 0);
}

[[noreturn]] void serve(int socket) {
  sys::call(__NR_prctl, PR_SET_NAME, kProcessName, 0, 0, 0);
  const int kept[] = {socket};
  close_all_but(kept, 1);
  static Thing things[kMost];
  uint32_t count = 0;
  Note note = {};
  int fd = -1;
  while (receive(socket, note, fd)) {
    if (note.order == kTakeBack) {
      while (count > 0) remove(things[--count]);
      sys::exit(0);
    }
    if (fd < 0 || count == kMost) continue;
    Thing& thing = things[count++];
    thing.parent = fd;
    thing.kind = note.kind;
    for (size_t i = 0; i < sizeof thing.name; i++) thing.name[i] = note.name[i];
  }
  sys::exit(0);
}

int employ(Jail& jail) {
  int ends[2] = {-1, -1};
  const int error = sys::error_of(__NR_socketpair, sys::kAfUnix, kSequenced | sys::kSockCloexec, 0, ends);
  if (error) return error;
  const long pid = clone(CLONE_NEWNS);
  if (pid == 0) serve(ends[1]);
  sys::call(__NR_close, ends[1]);
  jail.root.janitor = ends[0];
  jail.root.janitor_pid = pid;
  return pid < 0 ? static_cast<int>(-pid) : 0;
}

void wait_for_end(int socket) {
  Note note = {};
  int fd = -1;
  while (receive(socket, note, fd)) continue;
  sys::call(__NR_close, socket);
}

}  // namespace

int remember(Jail& jail, int parent, const char* name, Kind kind) {
  if (jail.root.janitor < 0) {
    if (const int error = employ(jail)) return error;
  }
  // Through a mount of its own: that of the jail may be made read-only.
  const sys::Fd directory(clone_tree(parent, "", true));
  if (directory.error()) return directory.error();
  Note note = {};
  note.kind = kind;
  for (size_t i = 0; name[i] && i + 1 < sizeof note.name; i++) note.name[i] = name[i];
  return send(jail.root.janitor, note, directory.get());
}

void take_back(Jail& jail) {
  if (jail.root.janitor < 0) return;
  Note note = {};
  note.order = kTakeBack;
  if (send(jail.root.janitor, note, -1) == 0) wait_for_end(jail.root.janitor);
  jail.root.janitor = -1;
}

void dismiss_janitor(Jail& jail) {
  if (jail.root.janitor < 0) return;
  sys::call(__NR_shutdown, jail.root.janitor, 1);
  wait_for_end(jail.root.janitor);
  jail.root.janitor = -1;
  sys::call(__NR_wait4, jail.root.janitor_pid, nullptr, __WALL, nullptr);
}

}  // namespace jailer
