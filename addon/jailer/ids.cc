// Steps about users, groups and privileges. Raw calls: they change this one thread, which is all there is.
#include <linux/capability.h>
#include <linux/prctl.h>

#include "capabilities.h"
#include "found.h"

namespace jailer::steps {

namespace {

/** `what ID`, and why it was refused. */
int explain(Jail& jail, const char* what, uint64_t id, int error) {
  if (error == 0) return 0;
  jail.detail << what << ' ' << id;
  if (error == EINVAL) jail.detail << " is not in the map";
  if (error == EPERM) jail.detail << " is not ours to take";
  return error;
}

/** A seccomp filter around us may say yes and do nothing. */
int verify(Jail& jail, long call, const char* what, uint64_t id) {
  uint32_t real = 0, effective = 0, saved = 0;
  if (const int error = sys::error_of(call, &real, &effective, &saved)) return error;
  if (real == id && effective == id && saved == id) return 0;
  return explain(jail, what, id, EPERM);
}

int set_groups(Jail& jail, uint32_t count, const uint32_t* list) {
  const int error = sys::error_of(__NR_setgroups, count, list);
  for (uint32_t i = 0; error == EINVAL && i < count; i++) {
    if (try_owner(UINT32_MAX, list[i]) != EINVAL) continue;
    jail.detail << "gid " << uint64_t{list[i]} << " is not in the gid-map";
    break;
  }
  if (error == EPERM)
    jail.detail << "setgroups is denied here: not root, or a user namespace made without root";
  return error;
}

}  // namespace

int own_user(Jail& jail, Arguments) {
  if (const int error = sys::error_of(__NR_setresgid, 0, 0, 0)) return explain(jail, "gid", 0, error);
  const int error = sys::error_of(__NR_setresuid, 0, 0, 0);
  return error ? explain(jail, "uid", 0, error) : 0;
}

int not_dumpable(Jail&, Arguments) {
  // The command shall inherit no capability: neither those that the addon raised as ambient to bring them
  // over the exec of an unmapped uid, nor those that a service manager gave the daemon so.
  if (const int error = sys::error_of(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
    return error;
  if (const int error = drop_inheritable()) return error;
  return sys::error_of(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int groups(Jail& jail, Arguments arguments) {
  const uint32_t count = arguments.left();
  auto* list = static_cast<uint32_t*>(sys::scratch(count * sizeof(uint32_t)));
  if (list == nullptr) return ENOMEM;
  for (uint32_t i = 0; i < count; i++) {
    const char* word = arguments.next();
    uint64_t id = 0;
    if (!read_number(word, kMostId, id)) return refuse(jail, word);
    list[i] = static_cast<uint32_t>(id);
  }
  return set_groups(jail, count, list);
}

int groups_found(Jail& jail, Arguments) {
  const Found* found = found_in(jail);
  return found == nullptr ? ENOMEM : set_groups(jail, found->group_count, found->groups);
}

int gid(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t id = 0;
  if (!read_gid(jail, word, id)) return refuse(jail, word);
  if (const int error = sys::error_of(__NR_setresgid, id, id, id)) return explain(jail, "gid", id, error);
  return verify(jail, __NR_getresgid, "gid", id);
}

int uid(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t id = 0;
  if (!read_uid(jail, word, id)) return refuse(jail, word);
  if (const int error = sys::error_of(__NR_setresuid, id, id, id)) return explain(jail, "uid", id, error);
  if (const int error = verify(jail, __NR_getresuid, "uid", id)) return error;
  // Again: a change of ids brings the system's default back (prctl(2)).
  return sys::error_of(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int no_new_privs(Jail&, Arguments) { return sys::error_of(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

}  // namespace jailer::steps
