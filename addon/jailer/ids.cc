// Steps about users, groups and privileges. Raw calls: they change this one thread, which is all there is.
#include <linux/capability.h>
#include <linux/prctl.h>

#include "capabilities.h"
#include "jail.h"

namespace jailer::steps {

namespace {

/** (uid_t)-1 means "leave it" to setresuid(2). */
constexpr uint64_t kMostId = UINT32_MAX - 1;

/** `what ID`, and why it was refused. */
int explain(Jail& jail, const char* what, uint64_t id, int error) {
  if (error == 0) return 0;
  jail.detail << what << ' ' << id;
  if (error == EINVAL) jail.detail << " is not in the map";
  if (error == EPERM) jail.detail << " is not ours to take";
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
  const int error = sys::error_of(__NR_setgroups, count, list);
  if (error == EINVAL) jail.detail << "a gid is not in the map";
  if (error == EPERM)
    jail.detail << "setgroups is denied here: not root, or a user namespace made without root";
  return error;
}

int gid(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t id = 0;
  if (!read_number(word, kMostId, id)) return refuse(jail, word);
  return explain(jail, "gid", id, sys::error_of(__NR_setresgid, id, id, id));
}

int uid(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t id = 0;
  if (!read_number(word, kMostId, id)) return refuse(jail, word);
  if (const int error = sys::error_of(__NR_setresuid, id, id, id)) return explain(jail, "uid", id, error);
  uint32_t real = 0, effective = 0, saved = 0;
  if (const int error = sys::error_of(__NR_getresuid, &real, &effective, &saved)) return error;
  if (real == id && effective == id && saved == id) return 0;
  return explain(jail, "uid", id, EPERM);
}

int no_new_privs(Jail&, Arguments) { return sys::error_of(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

}  // namespace jailer::steps
