// The steps that lock directories of the host, alone or together with others: see root_locks.h.
#include "root_locks.h"

#include <linux/stat.h>
#include <linux/time_types.h>

#include "control.h"
#include "jail.h"
#include "rights.h"
#include "sources.h"
#include "trees.h"

namespace jailer {

namespace {

/** flock(2) of sys/file.h. */
constexpr int kShared = 1;
constexpr int kExclusive = 2;
constexpr int kNoWait = 4;
/** Whoever removes is done by then; anybody who may read a directory can lock it, and must not keep us from
 * starting. */
constexpr int kMostTries = 100;
constexpr __kernel_timespec kPause = {0, 10'000'000};

long open_for_lock(int directory) {
  return sys::call(__NR_openat, directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/** In a mount that is nowhere: nothing of the host is above it, for whoever might get hold of it. */
long open_apart(int directory) {
  const sys::Fd tree(clone_own(directory));
  return tree.error() ? -tree.error() : open_for_lock(tree.get());
}

void share(int directory) {
  for (int i = 0; i < kMostTries; i++) {
    if (sys::error_of(__NR_flock, directory, kShared | kNoWait) != EAGAIN) return;
    sys::call(__NR_nanosleep, &kPause, nullptr);
  }
}

bool is_about_path(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP || error == ENAMETOOLONG;
}

int tell(const Jail& jail, const InodeIdentity& identity, int held) {
  Text<192> message;
  message << "held " << uint64_t{jail.step} << ' ' << identity.text();
  return send_with(kControlFd, message.text(), message.size(), held);
}

}  // namespace

int identify(int parent, const char* name, InodeIdentity& identity) {
  struct statx about = {};
  const int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH);
  if (const int error =
          sys::error_of(__NR_statx, parent, name, flags, STATX_BASIC_STATS | STATX_BTIME, &about))
    return error;
  const bool born = (about.stx_mask & STATX_BTIME) != 0;
  identity.clear();
  identity << uint64_t{about.stx_dev_major} << ':' << uint64_t{about.stx_dev_minor} << ':'
           << uint64_t{about.stx_ino} << ':' << (born ? static_cast<uint64_t>(about.stx_btime.tv_sec) : 0)
           << '.' << uint64_t{born ? about.stx_btime.tv_nsec : 0};
  return 0;
}

int be_alone(int directory) { return sys::error_of(__NR_flock, directory, kExclusive | kNoWait); }

void let_others_in(int directory) { sys::call(__NR_flock, directory, kShared | kNoWait); }

void close_locks(Jail& jail) {
  while (jail.root.lock_count > 0) sys::call(__NR_close, jail.root.locks[--jail.root.lock_count]);
}

namespace steps {

int lock_shared(Jail& jail, Arguments arguments) {
  const sys::Fd directory(open_source(arguments.next()));
  // Whoever needs it says what is wrong with it: with the directory, that is.
  if (is_about_path(directory.error())) return 0;
  if (directory.error()) return directory.error();
  if (!is_directory(directory.get())) return 0;
  InodeIdentity identity;
  if (const int error = identify(directory.get(), "", identity)) return error;
  // Not readable for root of a user namespace: then it is known to this Emperor alone.
  const long held = jail.root.lock_count < kMostLocks ? open_apart(directory.get()) : -EMFILE;
  jail.root.unlocked = jail.root.unlocked || held < 0;
  if (held >= 0) {
    share(static_cast<int>(held));
    jail.root.locks[jail.root.lock_count++] = static_cast<int>(held);
  }
  // What it does not know of the Emperor would not clear away.
  return tell(jail, identity, held < 0 ? -1 : static_cast<int>(held));
}

int lock_alone(Jail& jail, Arguments) {
  // Closed by the end of this process.
  const long held = open_for_lock(jail.root.fd);
  return held < 0 ? static_cast<int>(-held) : be_alone(static_cast<int>(held));
}

}  // namespace steps

}  // namespace jailer
