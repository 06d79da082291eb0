// Users and groups of the root that this process is in: /etc/passwd and /etc/group, read without a libc. The
// files may be the vassal's own: lines that are not well-formed are skipped, and no file can make us wait.
#pragma once

#include "text.h"

namespace jailer {

inline constexpr const char* kPasswd = "/etc/passwd";
inline constexpr const char* kGroup = "/etc/group";
/** (uid_t)-1 means "leave it" to setresuid(2). */
inline constexpr uint64_t kMostId = UINT32_MAX - 1;

struct User {
  uint32_t uid = 0;
  uint32_t gid = 0;
  Text<256> name;
  Text<1024> home;
  Text<256> shell;
};

// Each gives 0, ESRCH where there is no such entry, EINVAL where the file is no regular one, or what open(2)
// or read(2) gave.

/** By name, or by number if `wanted` is one. */
int find_user(const char* wanted, User& user);
int find_group(const char* name, uint32_t& gid);
/** Adds the groups that list `name` as a member, without those that are in the list. E2BIG: more than
 * `most`. */
int add_groups_of(const char* name, uint32_t* list, uint32_t most, uint32_t& count);

/** Adds `gid` unless it is in the list; 0 or E2BIG. */
int add_group(uint32_t gid, uint32_t* list, uint32_t most, uint32_t& count);

}  // namespace jailer
