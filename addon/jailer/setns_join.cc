// The order of setns(2): see setns_join.h. The mount namespace comes late, since paths change with it; the
// user namespace last, since root has its rights over the others from where it comes from. Who has no such
// rights gets them by joining the user namespace that the others belong to, and so begins with that.
#include "setns_join.h"

#include <linux/nsfs.h>
#include <linux/sched.h>
#include <linux/stat.h>

#include "setns.h"

namespace jailer {

namespace {

constexpr uint32_t kOrder[] = {
    CLONE_NEWCGROUP, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWNET,
    CLONE_NEWTIME,   CLONE_NEWPID, CLONE_NEWNS,  CLONE_NEWUSER,
};

struct Joining {
  Jail& jail;
  const char* path;
  const int* fds;
  uint32_t count;
  /** A pid namespace was joined. */
  bool& pids;
};

const char* hint(int error, uint32_t kind) {
  if (error == EPERM) return ": it belongs to a user namespace in which we have no CAP_SYS_ADMIN";
  if (error == EINVAL && kind == CLONE_NEWPID)
    return ": pids can be joined from above only, and this vassal has a new pid namespace of its own (see "
           "clone)";
  if (error == EINVAL && kind == CLONE_NEWUSER) return ": it is our own already";
  if (error == EUSERS) return ": more than one thread";
  return "";
}

int explain(const Joining& all, uint32_t kind, int error) {
  all.jail.detail << "joining the " << namespace_name(kind) << " namespace of " << all.path
                  << hint(error, kind);
  return error;
}

/** The rights of a user namespace are its root's. */
int become_root(Jail& jail) {
  int error = sys::error_of(__NR_setresgid, 0, 0, 0);
  if (!error) error = sys::error_of(__NR_setresuid, 0, 0, 0);
  if (error) jail.detail << "becoming root of the user namespace that was joined";
  if (error == EINVAL) jail.detail << ": 0 is not in its map";
  return error;
}

int join_user(const Joining& all, int fd) {
  if (const int error = sys::error_of(__NR_setns, fd, CLONE_NEWUSER)) return error;
  all.jail.joined |= CLONE_NEWUSER;
  return become_root(all.jail);
}

/** The user namespace that `fd`'s belongs to. EPERM: it is none that we could have rights in. */
int join_owner(const Joining& all, int fd) {
  if (all.jail.joined & CLONE_NEWUSER) return EPERM;
  const sys::Fd owner(sys::call(__NR_ioctl, fd, NS_GET_USERNS, 0));
  if (owner.error()) return EPERM;
  const int error = join_user(all, owner.get());
  return error == EINVAL ? EPERM : error;
}

bool identify(int directory, const char* path, int flags, struct statx& found) {
  return sys::error_of(__NR_statx, directory, path, flags, STATX_INO, &found) == 0;
}

bool is_the_same(int fd, const char* name) {
  Text<48> path;
  path << "/proc/self/ns/" << name;
  struct statx ours = {};
  struct statx theirs = {};
  if (!identify(AT_FDCWD, path.text(), 0, ours) || !identify(fd, "", AT_EMPTY_PATH, theirs)) return false;
  return ours.stx_ino == theirs.stx_ino && ours.stx_dev_major == theirs.stx_dev_major &&
         ours.stx_dev_minor == theirs.stx_dev_minor;
}

/** To join what one is in is nothing, but takes rights all the same: a server without some kind of namespace
 * of its own hands out the host's. */
bool is_ours(int fd, uint32_t kind) {
  if (!is_the_same(fd, namespace_name(kind))) return false;
  return kind != CLONE_NEWTIME || is_the_same(fd, "time_for_children");
}

int join_one(const Joining& all, int fd, uint32_t kind) {
  if (is_ours(fd, kind)) return 0;
  if (kind == CLONE_NEWUSER) return all.jail.joined & CLONE_NEWUSER ? 0 : join_user(all, fd);
  int error = sys::error_of(__NR_setns, fd, kind);
  if (error == EPERM) {
    error = join_owner(all, fd);
    if (!error) error = sys::error_of(__NR_setns, fd, kind);
  }
  if (error) return error;
  all.jail.joined |= kind;
  all.pids = all.pids || kind == CLONE_NEWPID;
  return 0;
}

/** In the order in which they came, as uWSGI does: of two the last one counts, so `pid_for_children` after
 * `pid`. */
int join_kind(const Joining& all, uint32_t kind) {
  for (uint32_t i = 0; i < all.count; i++) {
    if (namespace_kind(all.fds[i]) != kind) continue;
    const int error = join_one(all, all.fds[i], kind);
    if (!error) continue;
    return all.jail.detail.size() > 0 ? error : explain(all, kind, error);
  }
  return 0;
}

}  // namespace

int join_namespaces(Jail& jail, const char* path, const int* fds, uint32_t count, bool& pids) {
  const Joining all = {jail, path, fds, count, pids};
  for (uint32_t i = 0; i < count; i++) {
    if (namespace_kind(fds[i]) != 0) continue;
    jail.detail << path << " gave us descriptor " << uint64_t{i} + 1 << " of " << uint64_t{count}
                << ", which is no namespace";
    return EPROTO;
  }
  for (const uint32_t kind : kOrder) {
    if (const int error = join_kind(all, kind)) return error;
  }
  for (uint32_t i = 0; i < count; i++) sys::call(__NR_close, fds[i]);
  return 0;
}

}  // namespace jailer
