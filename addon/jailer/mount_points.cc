// The reader of /proc/self/mountinfo (proc_pid_mountinfo(5)) in pieces: see mount_points.h.
#include "mount_points.h"

#include "proc.h"
#include "sys.h"

namespace jailer {

namespace {

constexpr const char* kList = "thread-self/mountinfo";
constexpr int kPointField = 4;

/** A procfs of our own that is mounted nowhere: the root may have none, or one of other processes. */
int open_detached() {
  const sys::Fd proc(detached_proc());
  if (proc.error()) return -proc.error();
  return static_cast<int>(sys::call(__NR_openat, proc.get(), kList, O_RDONLY | O_CLOEXEC));
}

/** What stands there may be anything: only a procfs has a list that is ours. */
int open_list() {
  const int own = open_detached();
  if (own >= 0) return own;
  const sys::Fd proc(open_proc());
  if (proc.error()) return -proc.error();
  return static_cast<int>(sys::call(__NR_openat, proc.get(), kList, O_RDONLY | O_CLOEXEC));
}

/** Takes the list byte by byte: the fifth field of each line, with its \ooo for blanks and backslashes. */
class Points {
 public:
  explicit Points(int fd) : file_(fd) {}

  /** False at the end. */
  bool next(MountPath& path) {
    path.clear();
    int field = 0;
    for (int letter; (letter = byte()) >= 0;) {
      if (letter == '\n') return true;
      if (letter == ' ')
        field++;
      else if (field == kPointField)
        path << static_cast<char>(letter == '\\' ? octal() : letter);
    }
    return false;
  }

  int error() const { return error_; }

 private:
  int octal() {
    int value = 0;
    for (int i = 0; i < 3; i++) value = value * 8 + (byte() - '0');
    return value;
  }

  int byte() {
    if (at_ == size_ && !refill()) return -1;
    return static_cast<unsigned char>(buffer_[at_++]);
  }

  bool refill() {
    long got = -EINTR;
    while (got == -EINTR) got = sys::call(__NR_read, file_.get(), buffer_, sizeof buffer_);
    if (got < 0) error_ = static_cast<int>(-got);
    at_ = 0;
    size_ = got > 0 ? static_cast<size_t>(got) : 0;
    return got > 0;
  }

  sys::Fd file_;
  int error_ = 0;
  size_t at_ = 0;
  size_t size_ = 0;
  char buffer_[2048];
};

bool is_within(const char* path, const char* top) {
  if (same(top, "/")) return true;
  return starts_with(path, top) && (path[length(top)] == 0 || path[length(top)] == '/');
}

}  // namespace

int each_mount_point(const char* top, PointVisitor visit, void* context) {
  const int fd = open_list();
  if (fd < 0) return -fd;
  Points points(fd);
  MountPath path;
  while (points.next(path)) {
    if (is_within(path.text(), top) && !visit(context, path.text())) return 0;
  }
  return points.error();
}

}  // namespace jailer
