// What the processes have in common that stay behind to look after others (the init, and the outer one of a
// refork): signals as a descriptor, few descriptors, few rights.
#pragma once

#include "jail.h"

namespace jailer {

/** As whom a guard stays; -1: as it is. */
struct Identity {
  int64_t uid;
  int64_t gid;
};

/** Descriptors to keep, in ascending order; -1 and those that are there already are left out. */
class Kept {
 public:
  void add(int fd);
  const int* list() const { return list_; }
  uint32_t count() const { return count_; }

 private:
  int list_[32] = {};
  uint32_t count_ = 0;
};

/** A signal that comes before its descriptor is there must wait for it, not be lost; 0 or errno. */
int block_signals();

/** signalfd(2) for the signals of `mask`, non-blocking; or the negative errno. */
int open_signalfd(uint64_t mask);

/** fork(2), into new namespaces when `flags` name some. */
long fork_into(uint64_t flags);

/** Why fork_into() failed. */
const char* fork_hint(int error);

/** It may hold secrets. */
void forget_plan(Jail& jail);

/** Closes all but `kept` and the control socket, and forgets the plan: a copy of the vassal's output or of a
 * pipe to the Emperor would hide its end. */
void let_go(Jail& jail, Kept& kept);

/** Leaves this process with CAP_KILL alone: whom it looks after may change its ids (a server that is started
 * as root does), and must hear the signals that are passed on all the same. With `alone` (pid 1 of a pid
 * namespace) it takes the vassal's ids: it cannot be signalled from inside. Else it stays root: an equal of
 * the vassal could be killed by it. */
int drop_privileges(Jail& jail, bool alone, const Identity& identity);

}  // namespace jailer
