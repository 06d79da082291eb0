// The janitor lives from the first thing made to the exec of the command, which closes our end of its socket:
// see janitor.h.
#include "janitor.h"

#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/wait.h>

#include "capabilities.h"
#include "fds.h"
#include "guard.h"
#include "rights.h"
#include "root_locks.h"
#include "trees.h"

namespace jailer {

namespace {

constexpr const char* kProcessName = "tsjail-janitor";
constexpr uint32_t kMost = 1 << 16;
constexpr int kSequenced = 5;  // SOCK_SEQPACKET
constexpr int kDetach = 2;     // MNT_DETACH
constexpr int kTries = 10;
constexpr char kTakeBack = 'f';
constexpr char kKeep = 'k';
/** All that it takes to remove what is ours, whoever owns the directory. */
constexpr uint64_t kCapabilities =
    uint64_t{1} << CAP_DAC_OVERRIDE | uint64_t{1} << CAP_DAC_READ_SEARCH | uint64_t{1} << CAP_FOWNER;

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

/** False: nobody is at the other end any more. What passes (ENOMEM) is no such end: it would take back what
 * is in use. */
bool receive(int socket, Note& note, int& fd) {
  long size = -1;
  for (int left = kTries; size < 0 && left > 0; left--) size = receive_with(socket, &note, sizeof note, fd);
  return size == sizeof note;
}

int send(int socket, const Note& note, int fd) { return send_with(socket, &note, sizeof note, fd); }

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

/** The jail's root may see us for a moment after the exec, and what it could find by us (/proc/PID/root, our
 * mount namespace) must be nothing: we live in an empty file system, and work by descriptor. */
int leave_world() {
  Text<512> why;
  const sys::Fd empty(new_tree("tmpfs", "tmpfs", MS_RDONLY, "size=4k,nr_inodes=2,mode=555", why));
  if (empty.error()) return empty.error();
  const sys::Fd old(sys::call(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (old.error()) return old.error();
  if (const int error = attach(empty.get(), old.get())) return error;
  if (const int error = sys::error_of(__NR_fchdir, empty.get())) return error;
  const int error = sys::error_of(__NR_pivot_root, ".", ".");
  // Of an initramfs: there a jail has but a chroot itself.
  if (error == EINVAL) return sys::error_of(__NR_chroot, ".");
  if (error) return error;
  if (const int left = sys::error_of(__NR_umount2, ".", kDetach)) return left;
  return sys::error_of(__NR_chdir, "/");
}

/** A descriptor for each thing, and few rights. */
int settle() {
  if (const int error = leave_world()) return error;
  rlimit64 limit = {};
  if (const int error = sys::error_of(__NR_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit)) return error;
  limit.rlim_cur = limit.rlim_max;
  if (const int error = sys::error_of(__NR_prlimit64, 0, RLIMIT_NOFILE, &limit, nullptr)) return error;
  if (const int error = keep_capabilities(kCapabilities)) return error;
  return sys::error_of(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/** False: nobody hears it. */
bool answer(int socket, int error) {
  long sent = -1;
  for (int left = kTries; sent < 0 && sent != -EPIPE && left > 0; left--)
    sent = sys::call(__NR_sendto, socket, &error, sizeof error, sys::kMsgNoSignal, nullptr, 0);
  return sent >= 0;
}

/** What the janitor says to what it was told last. */
int hear_answer(int socket) {
  int error = 0;
  long size;
  do size = sys::call(__NR_recvfrom, socket, &error, sizeof error, 0, nullptr, nullptr);
  while (size == -EINTR);
  if (size < 0) return static_cast<int>(-size);
  return size == sizeof error ? error : ECHILD;
}

struct Things {
  Thing* list;
  uint32_t count;

  /** 0, or why it cannot be taken back. */
  int add(const Note& note, int fd) {
    if (list == nullptr) return ENOMEM;
    if (fd < 0) return EMFILE;
    if (count == kMost) return E2BIG;
    Thing& thing = list[count++];
    thing.parent = fd;
    thing.kind = note.kind;
    for (size_t i = 0; i < sizeof thing.name; i++) thing.name[i] = note.name[i];
    return 0;
  }

  void take_back() {
    while (count > 0) remove(list[--count]);
  }
};

/** Somebody else may use by now what we made: then it is the Emperor's to remove, when the last one is gone.
 */
void take_back_alone(const Root& root, Things& things) {
  int error = root.unlocked ? EAGAIN : 0;
  for (uint32_t i = 0; i < root.lock_count && error == 0; i++) error = be_alone(root.locks[i]);
  if (error == 0) things.take_back();
  // The Emperor has the same locks, for longer.
  for (uint32_t i = 0; i < root.lock_count; i++) let_others_in(root.locks[i]);
}

void keep_only(const Root& root, int socket) {
  Kept kept;
  kept.add(socket);
  for (uint32_t i = 0; i < root.lock_count; i++) kept.add(root.locks[i]);
  close_all_but(kept.list(), kept.count());
}

/** Until nobody has the other end any more: after an exec that is well, else the start was given up. */
[[noreturn]] void serve(const Root& root, int socket) {
  sys::call(__NR_prctl, PR_SET_NAME, kProcessName, 0, 0, 0);
  keep_only(root, socket);
  const int unsettled = settle();
  answer(socket, unsettled);
  if (unsettled) sys::exit(0);
  // Touched as far as there is something to be noted.
  Things things = {static_cast<Thing*>(sys::scratch(kMost * sizeof(Thing))), 0};
  Note note = {};
  int fd = -1;
  bool keep = false;
  while (receive(socket, note, fd) && note.order != kTakeBack) {
    keep = note.order == kKeep;
    if (!keep && !answer(socket, things.add(note, fd))) break;
  }
  if (!keep || note.order == kTakeBack) take_back_alone(root, things);
  sys::exit(0);
}

int employ(Jail& jail) {
  int ends[2] = {-1, -1};
  const int error = sys::error_of(__NR_socketpair, sys::kAfUnix, kSequenced | sys::kSockCloexec, 0, ends);
  if (error) return error;
  const long pid = fork_into(CLONE_NEWNS);
  if (pid == 0) serve(jail.root, ends[1]);
  sys::call(__NR_close, ends[1]);
  jail.root.janitor = ends[0];
  jail.root.janitor_pid = pid;
  // Before it is settled nobody of the jail may run.
  return pid < 0 ? static_cast<int>(-pid) : hear_answer(ends[0]);
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
  const sys::Fd directory(clone_own(parent));
  if (directory.error()) return directory.error();
  Note note = {};
  note.kind = kind;
  for (size_t i = 0; name[i] && i + 1 < sizeof note.name; i++) note.name[i] = name[i];
  const int error = send(jail.root.janitor, note, directory.get());
  return error ? error : hear_answer(jail.root.janitor);
}

int keep_made(const Jail& jail) {
  if (jail.root.janitor < 0) return 0;
  Note note = {};
  note.order = kKeep;
  return send(jail.root.janitor, note, -1);
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
  // Or else it would not know that it is dismissed, and we would wait for ever.
  if (sys::error_of(__NR_shutdown, jail.root.janitor, 1) == 0)
    wait_for_end(jail.root.janitor);
  else
    sys::call(__NR_close, jail.root.janitor);
  jail.root.janitor = -1;
  sys::call(__NR_wait4, jail.root.janitor_pid, nullptr, __WALL, nullptr);
}

}  // namespace jailer
