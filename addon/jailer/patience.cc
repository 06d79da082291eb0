// Events where there are any (inotify(7) on the directory), a growing pause where there are none: see
// patience.h.
#include "patience.h"

#include <linux/inotify.h>
#include <linux/poll.h>
#include <linux/time_types.h>

#include "control.h"
#include "jail.h"

namespace jailer {

namespace {

constexpr int64_t kFirstPause = 5;
constexpr int64_t kLongestPause = 500;
/** Where the directory is watched: a mount over it is no event. */
constexpr int64_t kLongestWatch = 5000;
/** A server that answers within that is not worth a word. */
constexpr int64_t kSilence = 200;
constexpr int64_t kForEver = -1;
constexpr uint32_t kWanted = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

/** The directory of `path`; empty: it does not fit. */
void directory_of(const char* path, Text<4096>& directory) {
  const char* last = path;
  for (const char* slash = find(path, '/'); slash; slash = find(slash + 1, '/')) last = slash;
  if (last == path) last++;
  if (length(path) >= 4096) return;
  while (path < last) directory << *path++;
}

/** Nothing that the Emperor may say before the start is for us but its end. */
void leave_if_alone() {
  Text<64> message;
  for (;;) {
    const Heard heard = hear(message, false);
    if (heard == Heard::gone) sys::exit(kSetUpFailed);
    if (heard == Heard::nothing) return;
  }
}

}  // namespace

Patience::~Patience() {
  if (inotify_ >= 0) sys::call(__NR_close, inotify_);
  if (told_) send("waiting", 7);
}

void Patience::pause(bool missing) {
  tell();
  const bool watched = watch_directory();
  // It may have come while the watch was made.
  if (pause_ms_ == 0) {
    pause_ms_ = kFirstPause;
    return;
  }
  const bool told_by_event = wait(inotify_, pause_ms_);
  const int64_t longest = watched && missing ? kLongestWatch : kLongestPause;
  pause_ms_ = pause_ms_ * 2 < longest ? pause_ms_ * 2 : longest;
  if (!told_by_event) return;
  char events[4096];
  while (sys::call(__NR_read, inotify_, events, sizeof events) > 0) continue;
  // A socket's listen(2) follows its making, and is no event.
  pause_ms_ = kFirstPause;
}

void Patience::until_readable(int fd) {
  if (wait(fd, kSilence)) return;
  tell();
  while (!wait(fd, kForEver)) continue;
}

void Patience::tell() {
  if (told_) return;
  told_ = true;
  MessageText message;
  message << "waiting " << path_;
  send(message);
}

/** Each time anew: the directory may be another one by now, and the same one costs nothing. */
bool Patience::watch_directory() {
  if (inotify_ < 0) {
    const long made = sys::call(__NR_inotify_init1, IN_CLOEXEC | IN_NONBLOCK);
    // Out of instances (fs.inotify.max_user_instances): the pause has to do.
    if (made < 0) return false;
    inotify_ = static_cast<int>(made);
  }
  Text<4096> directory;
  directory_of(path_, directory);
  return sys::call(__NR_inotify_add_watch, inotify_, directory.text(), kWanted) >= 0;
}

bool Patience::wait(int fd, int64_t milliseconds) {
  pollfd fds[] = {{kControlFd, POLLIN, 0}, {fd, POLLIN, 0}};
  const __kernel_timespec time = {milliseconds / 1000, milliseconds % 1000 * 1'000'000};
  const long ready = sys::call(__NR_ppoll, fds, 2, milliseconds < 0 ? nullptr : &time, nullptr, 0);
  if (ready > 0 && fds[0].revents != 0) leave_if_alone();
  return ready > 0 && fds[1].revents != 0;
}

}  // namespace jailer
