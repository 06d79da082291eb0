// The walk over /proc/self/mountinfo (proc_pid_mountinfo(5)): see mount_table.h.
#include "mount_table.h"

#include <linux/mman.h>
#include <linux/stat.h>

#include "proc.h"
#include "sys.h"
#include "text.h"

namespace jailer {

namespace {

constexpr const char* kMountinfo = "thread-self/mountinfo";
/** Read at once, so that what the visitor does cannot change the list meanwhile; only touched pages cost. */
constexpr size_t kMostBytes = 8 << 20;
using Path = Text<4097>;

struct Line {
  uint64_t id;
  Path path;
};

/** Number of the mount that `fd` is in. */
int id_of(int fd, uint64_t& id) {
  struct statx about = {};
  const int error = sys::error_of(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &about);
  if (error) return error;
  id = about.stx_mnt_id;
  return (about.stx_mask & STATX_MNT_ID) ? 0 : EOPNOTSUPP;
}

int read_all(int fd, char* bytes, size_t most) {
  size_t size = 0;
  for (;;) {
    const long part = sys::call(__NR_read, fd, bytes + size, most - 1 - size);
    if (part < 0) return static_cast<int>(-part);
    if (part == 0) return 0;
    size += static_cast<size_t>(part);
    if (size == most - 1) return E2BIG;
  }
}

const char* next_field(const char* at) {
  while (*at && *at != ' ' && *at != '\n') at++;
  return *at == ' ' ? at + 1 : at;
}

bool is_octal(const char* at) {
  for (int i = 0; i < 3; i++) {
    if (at[i] < '0' || at[i] > '7') return false;
  }
  return true;
}

/** Space, tab, newline and backslash are written as \ooo. */
void unescape(const char* at, Path& path) {
  for (; *at && *at != ' ' && *at != '\n'; at++) {
    if (*at != '\\' || !is_octal(at + 1)) {
      path << *at;
      continue;
    }
    path << static_cast<char>((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0'));
    at += 3;
  }
}

/** `ID PARENT MAJOR:MINOR ROOT MOUNT-POINT …`; gives the line behind. */
const char* read_line(const char* at, Line& line) {
  line.id = 0;
  for (; *at >= '0' && *at <= '9'; at++) line.id = line.id * 10 + static_cast<uint64_t>(*at - '0');
  const char* field = next_field(at);
  for (int i = 0; i < 3; i++) field = next_field(field);
  line.path.clear();
  unescape(field, line.path);
  while (*at && *at != '\n') at++;
  return *at ? at + 1 : at;
}

bool is_below(const char* path, const char* top) {
  if (same(top, "/")) return !same(path, "/");
  return starts_with(path, top) && path[length(top)] == '/';
}

/** What is hidden by another mount is not to be had by its path. */
int visit_line(const Line& line, MountVisitor visit, void* context) {
  const sys::Fd mount(sys::call(__NR_openat, AT_FDCWD, line.path.text(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (mount.error() == ENOENT || mount.error() == EACCES) return 0;
  if (mount.error()) return mount.error();
  uint64_t id = 0;
  if (const int error = id_of(mount.get(), id)) return error;
  return id == line.id ? visit(context, mount.get()) : 0;
}

int walk(const char* list, int top, MountVisitor visit, void* context) {
  uint64_t wanted = 0;
  if (const int error = id_of(top, wanted)) return error;
  static Line line;
  static Path top_path;
  bool found = false;
  for (const char* at = list; *at && !found;) {
    at = read_line(at, line);
    found = line.id == wanted;
  }
  if (!found) return ENOENT;
  top_path = line.path;
  if (const int error = visit(context, top)) return error;
  for (const char* at = list; *at;) {
    at = read_line(at, line);
    if (!is_below(line.path.text(), top_path.text())) continue;
    if (const int error = visit_line(line, visit, context)) return error;
  }
  return 0;
}

}  // namespace

int each_mount_below(int fd, MountVisitor visit, void* context) {
  const sys::Fd proc(open_proc());
  if (proc.error()) return proc.error();
  const sys::Fd file(sys::call(__NR_openat, proc.get(), kMountinfo, O_RDONLY | O_CLOEXEC));
  if (file.error()) return file.error();
  const long at = sys::call(__NR_mmap, nullptr, kMostBytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at < 0 && at > -4096) return static_cast<int>(-at);
  char* list = reinterpret_cast<char*>(at);
  int error = read_all(file.get(), list, kMostBytes);
  if (error == 0) error = walk(list, fd, visit, context);
  sys::call(__NR_munmap, list, kMostBytes);
  return error;
}

}  // namespace jailer
