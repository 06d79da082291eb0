// The answers of the fuzzers' kernel: see kernel.h. It looks at all that it is handed, and writes as much as
// the real one would, so that AddressSanitizer sees a buffer that is too small.
#include "kernel.h"

#include <asm/statfs.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/time_types.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "../../addon/jailer/control.h"
#include "../../addon/jailer/jail.h"
#include "../../addon/jailer/setns.h"

namespace fuzz {

namespace {

/** After the end of the tape. */
constexpr uint32_t kMostCalls = 800;
constexpr int kMostMaps = 64;
constexpr long kLarge = 4 << 20;
constexpr long kChild = 42;
/** From here on a byte of the tape is a failure. */
constexpr uint8_t kFails = 0xc0;
constexpr int kErrors[] = {EPERM,    ENOENT,  EINTR,  EAGAIN,  EACCES, EEXIST,     ENOTDIR, EINVAL,
                           ENOSYS,   ELOOP,   EROFS,  ESRCH,   EBUSY,  ENOMEM,     ECHILD,  ECONNREFUSED,
                           ENOTCONN, EXDEV,   EISDIR, ENOTDIR, EMFILE, ENOSPC,     EPIPE,   ECONNRESET,
                           ETXTBSY,  ENOEXEC, E2BIG,  EUSERS,  EBADF,  EOPNOTSUPP, ENODEV,  EIO};
constexpr uint32_t kModes[] = {S_IFDIR, S_IFREG, 0140000, S_IFIFO, S_IFCHR, 0120000};
constexpr long kFileSystems[] = {NSFS_MAGIC, PROC_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, CGROUP_SUPER_MAGIC,
                                 TMPFS_MAGIC};
constexpr long kNamespaces[] = {CLONE_NEWNS,  CLONE_NEWUSER, CLONE_NEWPID,  CLONE_NEWNET,
                                CLONE_NEWIPC, CLONE_NEWUTS,  CLONE_NEWTIME, CLONE_NEWCGROUP};

/** Which arguments are strings, or a buffer that is read with its length in the next argument. */
struct Shape {
  long number;
  int strings[2];
  int buffer;
};
constexpr Shape kShapes[] = {
    {__NR_openat, {1, -1}, -1},       {__NR_statx, {1, -1}, -1},       {__NR_write, {-1, -1}, 1},
    {__NR_unlinkat, {1, -1}, -1},     {__NR_umount2, {0, -1}, -1},     {__NR_sendto, {-1, -1}, 1},
    {__NR_mount, {0, 1}, -1},         {__NR_mkdirat, {1, -1}, -1},     {__NR_chdir, {0, -1}, -1},
    {__NR_chroot, {0, -1}, -1},       {__NR_pivot_root, {0, 1}, -1},   {__NR_fsopen, {0, -1}, -1},
    {__NR_connect, {-1, -1}, 1},      {__NR_bind, {-1, -1}, 1},        {__NR_openat2, {1, -1}, 2},
    {__NR_fchmodat, {1, -1}, -1},     {__NR_faccessat, {1, -1}, -1},   {__NR_execve, {0, -1}, -1},
    {__NR_symlinkat, {0, 2}, -1},     {__NR_sethostname, {-1, -1}, 0}, {__NR_setdomainname, {-1, -1}, 0},
    {__NR_renameat2, {1, 3}, -1},     {__NR_readlinkat, {1, -1}, -1},  {__NR_open_tree, {1, -1}, -1},
    {__NR_mount_setattr, {1, -1}, 3}, {__NR_mknodat, {1, -1}, -1},     {__NR_fchownat, {1, -1}, -1},
    {__NR_move_mount, {1, 3}, -1},    {__NR_fsconfig, {2, -1}, -1},
};

World world;
jmp_buf out;
uint32_t calls = 0;
int next_fd = 0;
uint64_t clock_ns = 0;
void* maps[kMostMaps];
int map_count = 0;

long error() { return -kErrors[world.tape.byte() % (sizeof kErrors / sizeof kErrors[0])]; }

template <typename T>
T* pointer(long word) {
  return reinterpret_cast<T*>(word);
}

/** Each byte is looked at by instrumented code. */
void look_at(const void* bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    const uint8_t seen = static_cast<const uint8_t*>(bytes)[i];
    asm volatile("" ::"r"(seen));
  }
}

void look_at_arguments(long number, const long* words) {
  for (const Shape& shape : kShapes) {
    if (shape.number != number) continue;
    for (const int index : shape.strings) {
      if (index >= 0 && words[index] != 0)
        look_at(pointer<char>(words[index]), strlen(pointer<char>(words[index])) + 1);
    }
    if (shape.buffer >= 0)
      look_at(pointer<char>(words[shape.buffer]), static_cast<size_t>(words[shape.buffer + 1]));
  }
}

size_t fill(void* to, size_t most) {
  const size_t wanted = world.one_file ? world.tape.left() : world.tape.byte();
  return world.tape.take(to, wanted < most ? wanted : most);
}

/** "release" is what a plain start hears. */
long receive(void* to, size_t most, long flags) {
  const uint8_t kind = world.tape.byte();
  if (kind == 0 && (flags & jailer::sys::kMsgDontWait)) return -EAGAIN;
  if (kind == 0 && most >= 7) memcpy(to, jailer::kRelease, 7);
  if (kind == 0) return 7;
  if (kind == 1) return 0;
  return static_cast<long>(world.tape.take(to, kind < most ? kind : most));
}

/** As cmsg(3) has it: what does not fit into the control buffer is not there. */
long receive_message(jailer::MessageHeader& header) {
  const size_t most = header.parts[0].size;
  const size_t size = fill(header.parts[0].at, most);
  header.flags = 0;
  const uint8_t kind = world.tape.byte();
  const size_t head = sizeof(size_t) + 2 * sizeof(int);
  size_t count = kind & 0x3f;
  int type = jailer::kScmRights;
  if (kind & 0x80) {
    type = 2;  // SCM_CREDENTIALS
    count = 3;
  }
  if (kind & 0x40) header.flags |= 0x20;  // MSG_TRUNC
  if (kind == 0 || header.control_size < head + sizeof(int)) {
    header.control_size = 0;
    return static_cast<long>(size);
  }
  const size_t fits = (header.control_size - head) / sizeof(int);
  if (count > fits) header.flags |= jailer::kMsgControlCut;
  if (count > fits) count = fits;
  auto* control = static_cast<uint8_t*>(header.control);
  const size_t length = head + count * sizeof(int);
  const int level = 1;  // SOL_SOCKET
  memcpy(control, &length, sizeof length);
  memcpy(control + sizeof length, &level, sizeof level);
  memcpy(control + sizeof length + sizeof level, &type, sizeof type);
  for (size_t i = 0; i < count; i++) {
    const int word = type == jailer::kScmRights ? next_fd++ : world.tape.byte();
    memcpy(control + head + i * sizeof word, &word, sizeof word);
  }
  header.control_size = length;
  return static_cast<long>(size);
}

long about_file(struct statx& found) {
  memset(&found, 0, sizeof found);
  const uint8_t kind = world.tape.byte();
  found.stx_mask = ~0U;
  found.stx_mode = static_cast<__u16>(kModes[kind % 6] | 0700);
  found.stx_ino = kind / 6;
  found.stx_mnt_id = kind / 6;
  found.stx_size = kind;
  found.stx_attributes = kind & 1 ? STATX_ATTR_MOUNT_ROOT : 0;
  found.stx_attributes_mask = ~0ULL;
  return 0;
}

long map(long size, long fd) {
  const bool is_plan = fd == jailer::kPlanFd;
  if (map_count == kMostMaps) return -ENOMEM;
  // Room for a whole file costs nothing where only touched pages do; here it is as large as what there is to
  // read.
  const size_t filled = world.tape.left() + 65536;
  const size_t wanted =
      size > kLarge && filled < static_cast<size_t>(size) ? filled : static_cast<size_t>(size);
  void* at = is_plan ? __builtin_malloc(world.plan_size) : __builtin_calloc(1, wanted);
  if (is_plan) memcpy(at, world.plan, world.plan_size);
  maps[map_count++] = at;
  return reinterpret_cast<long>(at);
}

long unmap(const void* at) {
  for (int i = 0; i < map_count; i++) {
    if (maps[i] != at) continue;
    __builtin_free(maps[i]);
    maps[i] = maps[--map_count];
    return 0;
  }
  return -EINVAL;
}

long wait_for(int* status, rusage* usage) {
  const uint8_t kind = world.tape.byte();
  if (kind == 0) return world.stays_parent ? 0 : kChild;
  if (kind == 1) return -ECHILD;
  if (status != nullptr) *status = world.tape.byte() | world.tape.byte() << 8;
  if (usage != nullptr) world.tape.take(usage, sizeof *usage);
  return kind == 2 ? kChild : kChild + kind;
}

long poll(pollfd* fds, size_t count, const __kernel_timespec* time) {
  if (time != nullptr) look_at(time, sizeof *time);
  const uint8_t which = world.tape.byte();
  long ready = 0;
  for (size_t i = 0; i < count; i++) {
    fds[i].revents = 0;
    if (fds[i].fd < 0 || (which != 0 && !(which >> i % 6 & 1))) continue;
    fds[i].revents = which & 0x40 ? POLLHUP : POLLIN;
    ready++;
  }
  return ready;
}

void check_told(const char* bytes, size_t size) {
  constexpr const char* kWords[] = {"exec",    "maps",     "hooks ",  "mounted ", "held ",  "made ",
                                    "waiting", "started ", "failed ", "notify ",  "exited "};
  if (size >= jailer::kMessageSize) broken("a message to the Emperor is too long");
  for (const char* word : kWords) {
    if (size >= strlen(word) && memcmp(bytes, word, strlen(word)) == 0) return;
  }
  broken("a message to the Emperor begins with no word of ours");
}

long give_pair(int* pair) {
  pair[0] = next_fd++;
  pair[1] = next_fd++;
  return 0;
}

long answer(long number, const long* words) {
  switch (number) {
    case __NR_exit_group:
      longjmp(out, 1);
    case __NR_lseek:
      return static_cast<long>(world.plan_size);
    case __NR_mmap:
      return map(words[1], words[4]);
    case __NR_munmap:
      return unmap(pointer<void>(words[0]));
    case __NR_close:
      return 0;
    case __NR_clock_gettime: {
      clock_ns += 1'000'000ULL * (1 + world.tape.byte());
      const __kernel_timespec now = {static_cast<long long>(clock_ns / 1'000'000'000),
                                     static_cast<long long>(clock_ns % 1'000'000'000)};
      *pointer<__kernel_timespec>(words[1]) = now;
      return 0;
    }
    default:
      break;
  }
  if (!world.one_file && world.tape.byte() >= kFails) return error();
  switch (number) {
    case __NR_openat:
    case __NR_openat2:
    case __NR_socket:
    case __NR_fsopen:
    case __NR_fsmount:
    case __NR_open_tree:
    case __NR_pidfd_open:
    case __NR_signalfd4:
    case __NR_inotify_init1:
    case __NR_landlock_create_ruleset:
    case __NR_accept4:
      return next_fd++;
    case __NR_fcntl:
      return words[1] == F_DUPFD_CLOEXEC ? next_fd++ : 0;
    case __NR_pipe2:
      return give_pair(pointer<int>(words[0]));
    case __NR_socketpair:
      return give_pair(pointer<int>(words[3]));
    case __NR_read:
      return static_cast<long>(fill(pointer<void>(words[1]), static_cast<size_t>(words[2])));
    case __NR_readlinkat:
      return static_cast<long>(fill(pointer<void>(words[2]), static_cast<size_t>(words[3])));
    case __NR_getrandom:
      memset(pointer<void>(words[0]), 7, static_cast<size_t>(words[1]));
      return words[1];
    case __NR_recvfrom:
      return receive(pointer<void>(words[1]), static_cast<size_t>(words[2]), words[3]);
    case __NR_recvmsg:
      return receive_message(*pointer<jailer::MessageHeader>(words[1]));
    case __NR_sendmsg: {
      const auto& header = *pointer<jailer::MessageHeader>(words[1]);
      look_at(header.parts[0].at, header.parts[0].size);
      look_at(header.control, header.control_size);
      return static_cast<long>(header.parts[0].size);
    }
    case __NR_sendto:
      if (words[0] == jailer::kControlFd) check_told(pointer<char>(words[1]), static_cast<size_t>(words[2]));
      return words[2];
    case __NR_write:
      return words[2];
    case __NR_getcwd:
      memcpy(pointer<char>(words[0]), "/", 2);
      return 2;
    case __NR_statx:
      return about_file(*pointer<struct statx>(words[4]));
    case __NR_fstatfs:
      memset(pointer<struct statfs>(words[1]), 0, sizeof(struct statfs));
      pointer<struct statfs>(words[1])->f_type = kFileSystems[world.tape.byte() % 5];
      return 0;
    case __NR_ioctl:
      if (words[1] == NS_GET_NSTYPE) return kNamespaces[world.tape.byte() % 8];
      return words[1] == NS_GET_USERNS ? next_fd++ : 0;
    case __NR_getsockopt:
      memset(pointer<void>(words[3]), world.tape.byte() & 1, *pointer<uint32_t>(words[4]));
      return 0;
    case __NR_capget:
      memset(pointer<void>(words[1]), world.tape.byte(), 2 * sizeof(__user_cap_data_struct));
      return 0;
    case __NR_prlimit64:
      if (words[2] != 0) look_at(pointer<void>(words[2]), sizeof(rlimit64));
      if (words[3] != 0) memset(pointer<void>(words[3]), world.tape.byte(), sizeof(rlimit64));
      return 0;
    case __NR_getresuid:
    case __NR_getresgid:
      for (int i = 0; i < 3; i++) *pointer<uint32_t>(words[i]) = world.tape.byte();
      return 0;
    case __NR_prctl:
    case __NR_getuid:
    case __NR_geteuid:
      return world.tape.byte() & 1;
    case __NR_getpid:
      return world.tape.byte() % 3 == 1 ? 7 : 1;
    case __NR_clone:
      return world.stays_parent || world.tape.byte() % 4 == 1 ? kChild : 0;
    case __NR_wait4:
      return wait_for(pointer<int>(words[1]), pointer<rusage>(words[3]));
    case __NR_ppoll:
      return poll(pointer<pollfd>(words[0]), static_cast<size_t>(words[1]),
                  pointer<__kernel_timespec>(words[2]));
    case __NR_execve:
      for (int i = 1; i <= 2; i++) {
        for (char** list = pointer<char*>(words[i]); *list; list++) look_at(*list, strlen(*list) + 1);
      }
      if (world.tape.byte() == 0) longjmp(out, 1);
      return -ENOENT;
    default:
      return 0;
  }
}

}  // namespace

size_t Tape::take(void* to, size_t most) {
  const size_t size = most < left() ? most : left();
  memcpy(to, at, size);
  at += size;
  return size;
}

void broken(const char* what) {
  fprintf(stderr, "%s\n", what);
  __builtin_abort();
}

void run(const World& given, Body body, void* context) {
  reset_statics();
  world = given;
  calls = 0;
  next_fd = 10;
  clock_ns = 1'000'000'000;
  if (setjmp(out) == 0) body(context);
  while (map_count > 0) __builtin_free(maps[--map_count]);
}

}  // namespace fuzz

namespace jailer::sys {

long raw(long number, long a, long b, long c, long d, long e, long f) {
  const long words[] = {a, b, c, d, e, f};
  if (fuzz::world.tape.left() == 0 && ++fuzz::calls > fuzz::kMostCalls) longjmp(fuzz::out, 1);
  fuzz::look_at_arguments(number, words);
  return fuzz::answer(number, words);
}

}  // namespace jailer::sys
