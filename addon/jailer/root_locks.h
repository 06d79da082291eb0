// Whoever uses a directory of the host as a root, or puts things into it, holds a shared flock(2) on it:
// nobody who made a target there may remove it meanwhile, since that would take the mount of another away, in
// whatever mount namespace it is (Linux 3.18). The Emperor has the descriptor, until all of the jail is gone.
#pragma once

#include "text.h"

namespace jailer {

struct Jail;
using InodeIdentity = Text<128>;

/** What tells `name` in `parent` (empty: itself) from whatever else was or will be there: device, inode, and
 * when it was made, where that is known. 0 or errno. */
int identify(int parent, const char* name, InodeIdentity& identity);

/** Is nobody else here, now and until we end or come down? 0, or the errno why that is not known. */
int be_alone(int directory);
void let_others_in(int directory);

/** They are the janitor's: of this process they go. */
void close_locks(Jail& jail);

}  // namespace jailer
