// The user and the groups that were looked up in the jail: found before the init is forked, used by it and by
// the command.
#pragma once

#include "jail.h"
#include "users.h"

namespace jailer {

/** NGROUPS_MAX of limits.h. */
inline constexpr uint32_t kMostGroups = 65536;
inline constexpr size_t kMostVariables = 4;

struct Found {
  uint32_t uid = 0;
  uint32_t gid = 0;
  /** `user` is its entry; a number need not have one. */
  bool known = false;
  User user;
  /** `NAME=value` of what the environment is to have of the user. */
  Text<1056> variables[kMostVariables];
  size_t variable_count = 0;
  uint32_t group_count = 0;
  uint32_t groups[kMostGroups] = {};
};

/** That of this jail, made when it is first asked for; null when there is no memory. */
Found* found_in(Jail& jail);

/** For a process that stays behind and needs it no more. */
void forget_found(Jail& jail);

/** An id as a number, or `found` for the one that was looked up. False: neither. */
bool read_uid(const Jail& jail, const char* word, uint64_t& id);
bool read_gid(const Jail& jail, const char* word, uint64_t& id);

/** What chown(2) says of an owner: EINVAL for an id that is not mapped in this user namespace. UINT32_MAX is
 * left out. */
int try_owner(uint32_t uid, uint32_t gid);

/** Does the user's own variable stand for `NAME=value`? */
bool replaces(const Found& found, const char* assignment);

}  // namespace jailer
