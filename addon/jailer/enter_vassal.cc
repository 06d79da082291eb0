// The steps with which somebody enters a vassal that runs (`tsjail enter`): all namespaces of its command,
// its root, its control groups. Nothing is opened by a path inside of it: what is needed of it is held by
// descriptors before, and it is made sure that they are those of the very process that is meant.
#include <asm/statfs.h>
#include <linux/sched.h>
#include <linux/stat.h>

#include "jail.h"
#include "setns.h"

namespace jailer::steps {

namespace {

constexpr unsigned kWhich = STATX_INO | STATX_MNT_ID;
/** Behind the name of the program in proc_pid_stat(5): the state is the first. */
constexpr int kStartField = 19;

constexpr uint32_t kKinds[] = {
    CLONE_NEWUSER, CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWUTS,
    CLONE_NEWNET,  CLONE_NEWTIME,   CLONE_NEWPID, CLONE_NEWNS,
};

struct Target {
  const sys::Fd& pidfd;
  const sys::Fd& process;
  const char* ticks;
};

/** Of the dead there is nothing in /proc, or half of it. */
int gone_or(int error) { return error == ENOENT ? ESRCH : error; }

bool is_same_file(int directory, const char* path, const char* own) {
  struct statx theirs = {};
  struct statx ours = {};
  const int flags = path[0] == 0 ? AT_EMPTY_PATH : 0;
  if (sys::error_of(__NR_statx, directory, path, flags, kWhich, &theirs)) return false;
  if (sys::error_of(__NR_statx, AT_FDCWD, own, 0, kWhich, &ours)) return false;
  return (theirs.stx_mask & ours.stx_mask & kWhich) == kWhich && theirs.stx_ino == ours.stx_ino &&
         theirs.stx_mnt_id == ours.stx_mnt_id;
}

/** `text` is what /proc/PID/stat says; its program's name may hold blanks and brackets itself. */
bool began_at(char* text, long size, const char* ticks) {
  long at = size;
  while (at > 0 && text[at - 1] != ')') at--;
  for (int field = -1; at < size; at++) {
    if (text[at] != ' ' || ++field != kStartField) continue;
    char* start = text + at + 1;
    for (at++; at < size && text[at] != ' '; at++) continue;
    text[at] = 0;
    return same(start, ticks);
  }
  return false;
}

/** The number may be another one's by now. Who still lives behind the pidfd when all was looked at, had it
 * the whole time. */
int check_identity(Jail& jail, const Target& target) {
  const sys::Fd stat(sys::call(__NR_openat, target.process.get(), "stat", O_RDONLY | O_CLOEXEC));
  if (stat.error()) return gone_or(stat.error());
  char text[1024];
  const long size = sys::call(__NR_read, stat.get(), text, sizeof text - 1);
  if (size < 0) return static_cast<int>(-size);
  const bool is_meant = began_at(text, size, target.ticks);
  if (const int error = sys::error_of(__NR_pidfd_send_signal, target.pidfd.get(), 0, nullptr, 0)) {
    // EPERM: it is there, and somebody else's.
    if (error != EPERM) return error;
  }
  if (is_meant) return 0;
  jail.detail << "another process has its number now";
  return ESRCH;
}

/** Those that are not ours already: to join one's own user namespace again is refused. */
int namespaces_to_join(Jail& jail, const Target& target, uint32_t& flags) {
  for (const uint32_t kind : kKinds) {
    Text<32> theirs;
    Text<48> ours;
    theirs << "ns/" << namespace_name(kind);
    ours << "/proc/self/ns/" << namespace_name(kind);
    struct statx there = {};
    const int error = sys::error_of(__NR_statx, target.process.get(), theirs.text(), 0, STATX_INO, &there);
    // A kernel without that kind has no such file.
    struct statx here = {};
    if (sys::error_of(__NR_statx, AT_FDCWD, ours.text(), 0, STATX_INO, &here)) continue;
    if (error) jail.detail << "its " << namespace_name(kind) << " namespace";
    if (error) return gone_or(error);
    if (there.stx_ino != here.stx_ino) flags |= kind;
  }
  return 0;
}

/** The kernel begins with the user namespace, whose rights are what the others take. */
int join(Jail& jail, const Target& target) {
  uint32_t flags = 0;
  if (const int error = namespaces_to_join(jail, target, flags)) return error;
  if (flags == 0) return 0;
  if (const int error = sys::error_of(__NR_setns, target.pidfd.get(), flags)) {
    jail.detail << "joining its namespaces:";
    for (const uint32_t kind : kKinds) {
      if ((flags & kind) != 0) jail.detail << ' ' << namespace_name(kind);
    }
    return error;
  }
  jail.joined |= flags;
  return 0;
}

int take_root(Jail& jail, const sys::Fd& root) {
  if (is_same_file(root.get(), "", "/")) return 0;
  int error = sys::error_of(__NR_fchdir, root.get());
  if (!error) error = sys::error_of(__NR_chroot, ".");
  if (error) jail.detail << "its root";
  return error;
}

}  // namespace

int enter(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  const char* ticks = arguments.next();
  uint64_t pid = 0;
  if (!read_number(word, INT32_MAX, pid) || pid == 0) return refuse(jail, word);
  const sys::Fd pidfd(sys::call(__NR_pidfd_open, pid, 0));
  if (pidfd.error()) return pidfd.error();
  Text<32> path;
  path << "/proc/" << pid;
  const sys::Fd process(sys::call(__NR_openat, AT_FDCWD, path.text(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (process.error()) return gone_or(process.error());
  const Target target = {pidfd, process, ticks};
  if (const int error = check_identity(jail, target)) return error;
  const sys::Fd root(sys::call(__NR_openat, process.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (root.error()) jail.detail << "its root";
  if (root.error()) return gone_or(root.error());
  if (const int error = join(jail, target)) return error;
  return take_root(jail, root);
}

int enter_cgroup(Jail& jail, Arguments arguments) {
  const char* number = arguments.next();
  const char* directory = arguments.next();
  const bool may_fail = same(arguments.next(), "may-fail");
  int64_t fd = 0;
  if (!read_signed(number, kPlanFd + 1, INT32_MAX, fd)) return refuse(jail, number);
  // `0` is whoever writes it, whatever its pid is elsewhere.
  const int error = sys::error_of(__NR_write, fd, "0", 1);
  sys::call(__NR_close, fd);
  if (error == 0 || may_fail) return 0;
  jail.detail << "joining " << directory;
  if (error == ENODEV) jail.detail << ": the group was removed";
  return error;
}

}  // namespace jailer::steps
