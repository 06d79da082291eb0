// What a command tells of itself on $NOTIFY_SOCKET (sd_notify(3)): the init hears it, looks who says it, and
// passes on what the Emperor has a use for.
#pragma once

#include "sys.h"
#include "text.h"

namespace jailer {

inline constexpr size_t kMostStatus = 401;

/** Who may say something: what is below an init. */
struct Family {
  /** Not reaped yet, or just now. */
  long command;
  /** The init is pid 1: whoever has a number here belongs to the jail. */
  bool alone;
  /** A procfs that shows them where /proc does not; or below 0. */
  int proc;

  bool has(long pid) const;
};

/** Of all that was said since the Emperor was told last, what counts. */
struct Notice {
  bool ready = false;
  bool beat = false;
  bool trigger = false;
  bool stopping = false;
  bool reloading = false;
  bool has_extension = false;
  bool has_error = false;
  bool has_status = false;
  uint64_t extension_us = 0;
  uint64_t error = 0;
  Text<kMostStatus> status;

  bool empty() const;
  void take(const char* line);
};

class NotifyServer {
 public:
  /** Binds a socket in this network namespace under a name that nobody else has; 0 or errno. */
  int open();
  /** As NOTIFY_SOCKET has it; empty: there is none. */
  const char* name() const { return name_.text(); }
  int descriptor() const { return socket_; }

  /** To be polled for; -1: not now, too much was said. */
  int listening() const;
  /** Milliseconds until there is something to do without being called; or the greatest number. */
  uint64_t rest_ms() const;
  void hear(const Family& family);
  /** The command is dead: what it said before is told. */
  void hear_last(const Family& family);
  /** In the process that becomes the command. */
  void let_go();

 private:
  bool take_one(const Family& family);
  void tell(uint64_t now);

  int socket_ = -1;
  Text<64> name_;
  Notice notice_;
  /** When the Emperor may be told again. */
  uint64_t tell_at_ = 0;
  uint64_t window_end_ = 0;
  uint32_t left_ = 1;
};

}  // namespace jailer
