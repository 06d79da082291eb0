// The step that removes a mount target that a jail has made, when that jail is over: the very thing, as it
// was made, or nothing.
#include <linux/stat.h>

#include "jail.h"
#include "paths.h"
#include "root_locks.h"
#include "trees.h"

namespace jailer::steps {

namespace {

/** Somebody has removed it, put something else there, uses it, or it is not ours to remove. */
constexpr int kFine[] = {ENOENT, ENOTDIR, ELOOP, EISDIR, ENOTEMPTY, EEXIST, EBUSY,
                         EPERM,  EACCES,  EROFS, ESTALE, EINVAL,    EXDEV};

int unless_fine(int error) {
  for (const int fine : kFine) {
    if (error == fine) return 0;
  }
  return error;
}

struct Place {
  Text<4096> above;
  Text<256> name;
};

/** False: there is no such path. */
bool split(const char* path, Place& place) {
  const char* last = path;
  for (const char* at = path; *at; at++) {
    if (*at == '/' && at[1] != 0) last = at + 1;
  }
  for (; path < last; path++) place.above << *path;
  for (; *last && *last != '/'; last++) place.name << *last;
  return !place.above.full() && !place.name.full() && place.name.size() > 0;
}

const char* without_device(const char* identity) {
  const char* minor = find(identity, ':');
  const char* inode = minor ? find(minor + 1, ':') : nullptr;
  return inode ? inode : identity;
}

/** `*:*` for the device is any: that of an overlay is known to nobody else. */
bool is_meant(const char* found, const char* meant) {
  return starts_with(meant, "*:*:") ? same(without_device(found), without_device(meant)) : same(found, meant);
}

int look_if_empty(int parent, const char* name, bool& empty) {
  struct statx about = {};
  if (const int error =
          sys::error_of(__NR_statx, parent, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &about))
    return error;
  empty = (about.stx_mode & S_IFMT) == S_IFREG && about.stx_size == 0;
  return 0;
}

}  // namespace

int unmake(Jail& jail, Arguments arguments) {
  const char* kind = arguments.next();
  const char* path = arguments.next();
  const char* meant = arguments.next();
  Place place;
  if (!split(path, place)) return refuse(jail, path);
  const sys::Fd parent(open_inside(jail.root.fd, place.above.text()));
  if (parent.error()) return unless_fine(parent.error());
  InodeIdentity found;
  if (const int error = identify(parent.get(), place.name.text(), found)) return unless_fine(error);
  if (!is_meant(found.text(), meant)) return 0;
  const bool directory = same(kind, "directory");
  bool empty = directory;
  const int unknown = directory ? 0 : look_if_empty(parent.get(), place.name.text(), empty);
  if (unknown) return unless_fine(unknown);
  if (!empty) return 0;
  const int flags = directory ? AT_REMOVEDIR : 0;
  return unless_fine(sys::error_of(__NR_unlinkat, parent.get(), place.name.text(), flags));
}

}  // namespace jailer::steps
