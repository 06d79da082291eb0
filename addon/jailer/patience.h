// Waiting in set-up for what somebody else is still to make: a socket, a file. The Emperor is told what for,
// bounds it by start-timeout, and ends it by going away.
#pragma once

#include <stdint.h>

namespace jailer {

class Patience {
 public:
  explicit Patience(const char* path) : path_(path) {}
  /** Tells the Emperor that the wait is over. */
  ~Patience();
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  /** Returns when it is worth another try. `missing`: the path is not there at all, which its directory tells
   * the end of. */
  void pause(bool missing);
  /** Returns when `fd` is readable. */
  void until_readable(int fd);

 private:
  void tell();
  bool watch_directory();
  /** Waits for `fd`, the Emperor's end, or the time; true: for `fd`. */
  bool wait(int fd, int64_t milliseconds);

  const char* path_;
  int inotify_ = -1;
  int64_t pause_ms_ = 0;
  bool told_ = false;
};

}  // namespace jailer
