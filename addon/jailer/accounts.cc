// Steps that look up the user and the groups in the jail's own files, as a name means something else there
// than on the host.
#include <linux/stat.h>

#include "found.h"

namespace jailer::steps {

namespace {

constexpr uint32_t kNobody = UINT32_MAX;

int explain(Jail& jail, const char* what, const char* file, int error) {
  if (error == ESRCH) jail.detail << "no such " << what << " in the jail's " << file;
  if (error == E2BIG) jail.detail << "more groups than the kernel takes: " << uint64_t{kMostGroups};
  if (error == ESRCH || error == E2BIG) return error;
  jail.detail << "the jail's " << file;
  if (error == ENOENT) jail.detail << " is not there";
  if (error == EINVAL) jail.detail << " is no regular file";
  if (error == EFBIG) jail.detail << " is larger than 64 MiB";
  return error;
}

/** By name, which must be there, or a number. */
int read_group(Jail& jail, const char* word, uint32_t& gid) {
  uint64_t number = 0;
  if (!read_number(word, kMostId, number)) {
    const int error = jailer::find_group(word, gid);
    return error ? explain(jail, "group", kGroup, error) : 0;
  }
  gid = static_cast<uint32_t>(number);
  return 0;
}

/** Said here, where the line is known that asked for it. */
int check_mapped(Jail& jail, const char* what, uint32_t uid, uint32_t gid) {
  if (try_owner(uid, gid) != EINVAL) return 0;
  jail.detail << what << ' ' << uint64_t{uid == kNobody ? gid : uid} << " is not in the " << what << "-map";
  return EINVAL;
}

int add(Jail& jail, Found& found, uint32_t gid) {
  if (const int error = check_mapped(jail, "gid", kNobody, gid)) return error;
  const int error = jailer::add_group(gid, found.groups, kMostGroups, found.group_count);
  return error ? explain(jail, "group", kGroup, error) : 0;
}

const char* value_of(const User& user, const char* variable) {
  if (same(variable, "HOME")) return user.home.text();
  if (same(variable, "SHELL")) return user.shell.text();
  return same(variable, "USER") || same(variable, "LOGNAME") ? user.name.text() : nullptr;
}

/** Who can write the file could make himself root by his own name. */
int refuse_root(Jail& jail, const char* word, const Found& found) {
  uint64_t number = 0;
  if (found.uid != 0 || same(word, "root") || read_number(word, kMostId, number)) return 0;
  jail.detail << "in the jail's " << kPasswd << " that is uid 0: if it is meant, say `uid = 0`";
  return EPERM;
}

bool is_pipe(int fd) {
  struct statx facts = {};
  if (sys::error_of(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &facts)) return false;
  return (facts.stx_mode & S_IFMT) == S_IFIFO;
}

/** Who opens /dev/stdout opens what is behind it anew, and is asked for his rights. */
int hand_over(Jail& jail, int fd) {
  const Found* found = found_in(jail);
  if (found == nullptr) return ENOMEM;
  const int error = sys::error_of(__NR_fchown, fd, found->uid, found->gid);
  // EPERM: it is that of somebody outside of our user namespace.
  if (error == 0 || error == EPERM) return 0;
  jail.detail << "descriptor " << fd;
  return error;
}

}  // namespace

int find_user(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  Found* found = found_in(jail);
  if (found == nullptr) return ENOMEM;
  const int error = jailer::find_user(word, found->user);
  found->known = error == 0;
  uint64_t number = 0;
  if (found->known) {
    found->uid = found->user.uid;
    if (const int refusal = refuse_root(jail, word, *found)) return refusal;
  } else if (read_number(word, kMostId, number)) {
    // Nobody's number is as good as any: what it lacks is a name and a home.
    found->uid = static_cast<uint32_t>(number);
  } else {
    return explain(jail, "user", kPasswd, error);
  }
  return check_mapped(jail, "uid", found->uid, kNobody);
}

int group_of_user(Jail& jail, Arguments) {
  Found* found = found_in(jail);
  if (found == nullptr) return ENOMEM;
  if (!found->known) {
    jail.detail << "no user in the jail's " << kPasswd << " has the uid " << uint64_t{found->uid}
                << ", so its group is not known: `gid` must say it";
    return ESRCH;
  }
  found->gid = found->user.gid;
  return add(jail, *found, found->gid);
}

int find_group(Jail& jail, Arguments arguments) {
  Found* found = found_in(jail);
  if (found == nullptr) return ENOMEM;
  if (const int error = read_group(jail, arguments.next(), found->gid)) return error;
  return add(jail, *found, found->gid);
}

int groups_of_user(Jail& jail, Arguments) {
  Found* found = found_in(jail);
  if (found == nullptr) return ENOMEM;
  if (!found->known) return 0;
  const int error = add_groups_of(found->user.name.text(), found->groups, kMostGroups, found->group_count);
  // A root without the file has no groups to belong to.
  return error == 0 || error == ENOENT ? 0 : explain(jail, "group", kGroup, error);
}

int add_group(Jail& jail, Arguments arguments) {
  Found* found = found_in(jail);
  if (found == nullptr) return ENOMEM;
  uint32_t gid = 0;
  if (const int error = read_group(jail, arguments.next(), gid)) return error;
  return add(jail, *found, gid);
}

int user_environment(Jail& jail, Arguments arguments) {
  Found* found = found_in(jail);
  if (found == nullptr) return ENOMEM;
  while (arguments.left() > 0) {
    const char* name = arguments.next();
    const char* value = value_of(found->user, name);
    if (value == nullptr) return refuse(jail, name);
    if (!found->known || found->variable_count == kMostVariables) continue;
    found->variables[found->variable_count++] << name << '=' << value;
  }
  return 0;
}

int own_output(Jail& jail, Arguments) {
  for (int fd = 0; fd <= 2; fd++) {
    if (!is_pipe(fd)) continue;
    if (const int error = hand_over(jail, fd)) return error;
  }
  return 0;
}

int own_terminal(Jail& jail, Arguments) { return hand_over(jail, 0); }

}  // namespace jailer::steps
