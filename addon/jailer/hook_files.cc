// Actions of hooks on files and directories, with the errors that need more than an errno told.
#include <linux/poll.h>
#include <linux/stat.h>

#include "jail.h"
#include "users.h"

namespace jailer::steps {

namespace {

constexpr uint64_t kMostMode = 07777;
/** Nobody tells when a reader opens a fifo: inotify does so only after the other end is there too. */
constexpr uint64_t kPauseMs = 50;
constexpr uint32_t kNewFile = 0666;
constexpr uint32_t kNewDirectory = 0777;

struct Target {
  int fd;
  uint64_t deadline;
};

int is_late(Jail& jail, const char* what) {
  jail.detail << what << " within hook-timeout, " << jail.hooks.timeout_ms << " ms";
  return kTold;
}

int write_all(Jail& jail, const Target& target, const char* text) {
  size_t left = length(text);
  while (left > 0) {
    const long written = sys::call(__NR_write, target.fd, text, left);
    if (written == -EINTR) continue;
    if (written == -EAGAIN) {
      const Waited waited = wait_until(jail, target.fd, POLLOUT, target.deadline);
      if (waited == Waited::gone) abandon(jail);
      if (waited == Waited::late) return is_late(jail, "what reads from it took no more");
      continue;
    }
    if (written < 0) return static_cast<int>(-written);
    text += written;
    left -= static_cast<size_t>(written);
  }
  return 0;
}

/** `writen` and `appendn` end in a newline, which is part of one write with the text: files of /proc and /sys
 * take the first alone. */
int write_text(Jail& jail, const Target& target, const char* text, bool newline) {
  if (!newline) return *text == 0 ? 0 : write_all(jail, target, text);
  const size_t size = length(text);
  auto* line = static_cast<char*>(sys::scratch(size + 2));
  if (line == nullptr) return ENOMEM;
  for (size_t i = 0; i < size; i++) line[i] = text[i];
  line[size] = '\n';
  line[size + 1] = 0;
  const int error = write_all(jail, target, line);
  if (error == EINVAL) jail.detail << "the file does not take this";
  return error;
}

bool nobody_reads(int error) { return error == ENXIO || error == ENODEV; }

/** One try to open it. Without O_NONBLOCK that of a fifo which nobody reads would last for ever, and nobody
 * could tell us that we are not wanted any more. ENXIO: nobody reads. */
int open_now(const char* path, int flags) {
  constexpr int kFlags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  return static_cast<int>(sys::call(__NR_openat, AT_FDCWD, path, kFlags | flags, kNewFile));
}

/** False: the time is over. */
bool pause(Jail& jail, uint64_t deadline) {
  const uint64_t now = now_ms();
  if (now >= deadline) return false;
  const uint64_t until = now + kPauseMs;
  if (wait_until(jail, -1, 0, until < deadline ? until : deadline) == Waited::gone) abandon(jail);
  return true;
}

int id_of_user(const char* word, uint64_t& id) {
  if (read_number(word, kMostId, id)) return 0;
  User user;
  const int error = jailer::find_user(word, user);
  id = user.uid;
  return error;
}

int id_of_group(const char* word, uint64_t& id) {
  if (read_number(word, kMostId, id)) return 0;
  uint32_t gid = 0;
  const int error = jailer::find_group(word, gid);
  id = gid;
  return error;
}

int explain_name(Jail& jail, const char* file, int error) {
  if (error == ESRCH) jail.detail << "no such name in " << file << " of this root";
  if (error != ESRCH) jail.detail << file;
  return error == ESRCH ? kTold : error;
}

struct Status {
  uint32_t mode;
};

int status_of(const char* path, Status& status) {
  struct statx found = {};
  const int error = sys::error_of(__NR_statx, AT_FDCWD, path, 0, STATX_MODE, &found);
  status.mode = found.stx_mode;
  return error;
}

}  // namespace

int hook_chdir(Jail& jail, Arguments arguments) { return chdir(jail, arguments); }

int hook_mkdir(Jail& jail, Arguments arguments) {
  const int error = sys::error_of(__NR_mkdirat, AT_FDCWD, arguments.next(), kNewDirectory);
  if (error == EEXIST) jail.detail << "it is there already";
  if (error == ENOENT) jail.detail << "the directory above is not there";
  return error;
}

int hook_write(Jail& jail, Arguments arguments) {
  const char* path = arguments.next();
  const char* text = arguments.next();
  const char* how = arguments.next();
  const int more = O_CREAT | (starts_with(how, "append") ? O_APPEND : O_TRUNC);
  const uint64_t deadline = now_ms() + jail.hooks.timeout_ms;
  int opened = open_now(path, more);
  while (nobody_reads(-opened) && pause(jail, deadline)) opened = open_now(path, more);
  if (nobody_reads(-opened)) return is_late(jail, "nobody read from it");
  const sys::Fd file(opened);
  if (file.error()) return file.error();
  return write_text(jail, {opened, deadline}, text, same(how, "writen") || same(how, "appendn"));
}

int hook_fifo(Jail& jail, Arguments arguments) {
  const char* path = arguments.next();
  const char* text = arguments.next();
  const bool patient = same(arguments.next(), "wait");
  const uint64_t deadline = now_ms() + jail.hooks.timeout_ms;
  int opened = open_now(path, 0);
  while (patient && (nobody_reads(-opened) || opened == -ENOENT) && pause(jail, deadline))
    opened = open_now(path, 0);
  if (nobody_reads(-opened) && !patient) return 0;
  if (nobody_reads(-opened) || (patient && opened == -ENOENT)) return is_late(jail, "no fifo with a reader");
  const sys::Fd fifo(opened);
  return fifo.error() ? fifo.error() : write_all(jail, {opened, deadline}, text);
}

int hook_unlink(Jail& jail, Arguments arguments) {
  const int error = sys::error_of(__NR_unlinkat, AT_FDCWD, arguments.next(), 0);
  if (error == EISDIR) jail.detail << "it is a directory";
  return error;
}

int hook_chmod(Jail& jail, Arguments arguments) {
  const char* path = arguments.next();
  const char* word = arguments.next();
  uint64_t mode = 0;
  if (!read_number(word, kMostMode, mode, 8)) return refuse(jail, word);
  return sys::error_of(__NR_fchmodat, AT_FDCWD, path, mode);
}

int hook_sticky(Jail&, Arguments arguments) {
  const char* path = arguments.next();
  Status status{};
  if (const int error = status_of(path, status)) return error;
  return sys::error_of(__NR_fchmodat, AT_FDCWD, path, (status.mode & kMostMode) | S_ISVTX);
}

int hook_chown(Jail& jail, Arguments arguments) {
  const char* path = arguments.next();
  const char* user = arguments.next();
  const char* group = arguments.next();
  uint64_t uid = 0, gid = 0;
  if (const int error = id_of_user(user, uid)) return explain_name(jail, kPasswd, error);
  if (const int error = id_of_group(group, gid)) return explain_name(jail, kGroup, error);
  const int error = sys::error_of(__NR_fchownat, AT_FDCWD, path, uid, gid, 0);
  if (error == EINVAL) jail.detail << "an id is not in the map of the user namespace";
  return error;
}

}  // namespace jailer::steps
