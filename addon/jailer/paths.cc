// openat2(2) with RESOLVE_IN_ROOT, and the making of what is missing: see paths.h.
#include "paths.h"

#include <linux/openat2.h>

#include "sys.h"

namespace jailer {

namespace {

constexpr int kAnchor = O_PATH | O_CLOEXEC;
constexpr uint32_t kDirectoryMode = 0755;
constexpr uint32_t kFileMode = 0644;
/** A rename anywhere on the system while ".." is being looked up makes the kernel give up (openat2(2)). */
constexpr int kPatience = 10'000;
using Path = Text<4096>;

long open_beneath(int directory, const char* path, uint64_t flags, uint64_t resolve) {
  const open_how how = {flags, 0, resolve};
  long fd = -EAGAIN;
  for (int i = 0; fd == -EAGAIN && i < kPatience; i++)
    fd = sys::call(__NR_openat2, directory, path, &how, sizeof how);
  return fd;
}

/** `path` without its last component; false when there is none. */
bool shorten(Path& path) {
  const Path whole = path;
  size_t end = whole.size();
  while (end > 0 && whole.text()[end - 1] == '/') end--;
  while (end > 0 && whole.text()[end - 1] != '/') end--;
  path.clear();
  for (size_t i = 0; i < end; i++) path << whole.text()[i];
  return end > 0;
}

/** The next component of `rest`; false at the end. */
bool next_component(const char*& rest, Text<256>& name) {
  while (*rest == '/') rest++;
  name.clear();
  while (*rest && *rest != '/') name << *rest++;
  return name.size() > 0;
}

bool is_last(const char* rest) {
  while (*rest == '/') rest++;
  return *rest == 0;
}

int make(int parent, const char* name, Kind kind) {
  if (kind == Kind::directory) return sys::error_of(__NR_mkdirat, parent, name, kDirectoryMode);
  const int flags = O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC;
  const sys::Fd file(sys::call(__NR_openat, parent, name, flags, kFileMode));
  return file.error();
}

struct Maker {
  Made made;
  void* context;
  Text<512>& why;

  int tell(const Making& making) const { return made ? made(context, making) : 0; }

  /** Descriptor of what is new, or -errno. */
  long make_one(const Making& making) const {
    const auto [parent, name, kind, path] = making;
    if (same(name, "..") || same(name, ".")) return -EINVAL;
    if (const int error = tell({parent, nullptr, kind, path})) return -error;
    const int error = make(parent, name, kind);
    // Somebody else was faster, or it is a link that leads nowhere: opening tells.
    if (error != 0 && error != EEXIST) {
      why << "it is not there, and cannot be made";
      // Also EOVERFLOW: its owner is nobody of the user namespace.
      if (error == EACCES || error == EOVERFLOW)
        why << ": root of the user namespace does not own the directory";
      return -error;
    }
    if (error == 0) {
      if (const int refused = tell(making)) {
        // Nobody will take it back later.
        sys::call(__NR_unlinkat, parent, name, kind == Kind::directory ? AT_REMOVEDIR : 0);
        why << "it cannot be taken back";
        return -refused;
      }
    }
    // Without O_NOFOLLOW, which would open a link at the end instead of refusing it.
    const long fd = open_beneath(parent, name, kAnchor, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (fd == -ELOOP) why << name << " is a symbolic link, and nothing is made through one";
    return fd;
  }

  /** Makes the components of `rest` below `anchor`, which is what `path` is in the root. */
  long make_all(long anchor, Path& path, const char* rest, Kind kind) const {
    Text<256> name;
    long at = anchor;
    while (at >= 0 && next_component(rest, name)) {
      const sys::Fd parent(at);
      if (name.full()) return -ENAMETOOLONG;
      path << '/' << name.text();
      at = make_one({parent.get(), name.text(), is_last(rest) ? kind : Kind::directory, path.text()});
    }
    return at;
  }
};

}  // namespace

long open_inside(int root, const char* path) {
  return open_beneath(root, *path ? path : ".", kAnchor, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

long open_or_make(int root, const char* path, Kind kind, Made made, void* context, Text<512>& why) {
  const long there = open_inside(root, path);
  if (there != -ENOENT) return there;
  Path above;
  above << path;
  if (above.full()) return -ENAMETOOLONG;
  long anchor = -ENOENT;
  while (anchor == -ENOENT && shorten(above)) anchor = open_inside(root, above.text());
  if (anchor == -ENOENT) anchor = open_inside(root, ".");
  if (anchor < 0) return anchor;
  const Maker maker = {made, context, why};
  const size_t known = above.size();
  return maker.make_all(anchor, above, path + known, kind);
}

}  // namespace jailer
