// Tries from inside of a jail what has led out of jails before, one line for each way: `ok NAME`, `FAIL NAME: why`, or
// `skip NAME: why`. What it must know of the host it is told in its environment (PROBE_…). Each way is tried in a process of its
// own: what a filter kills has failed to get out.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/reboot.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/vfs.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <dirent.h>
#include <unistd.h>

#ifndef SYS_io_uring_setup
#define SYS_io_uring_setup 425
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif

enum { OK, OUT, SKIPPED };

/** Shared with the parent by a pipe: the line's second half. */
static int say_fd;

static int say(int verdict, const char* format, ...) {
  char text[300];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (write(say_fd, text, strlen(text)) < 0) _exit(3);
  return verdict;
}

/** A call that must not succeed. */
static int denied(long result, const char* what) {
  if (result >= 0) return say(OUT, "%s succeeded", what);
  return OK;
}

static int unopenable(const char* path, int flags) {
  const int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return OK;
  return say(OUT, "%s can be opened%s", path, flags == O_RDONLY ? "" : " for writing");
}

/** Opening may be fine where writing is not. */
static int unwritable(const char* path) {
  char old[4096];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const ssize_t size = fd < 0 ? 0 : read(fd, old, sizeof old);
  if (fd >= 0) close(fd);
  fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return OK;
  // What stands there already does no harm.
  if (write(fd, size > 0 ? old : "", size > 0 ? (size_t)size : 0) < 0) return OK;
  return say(OUT, "%s can be written", path);
}

static int read_status(const char* name, char* value, size_t room) {
  FILE* file = fopen("/proc/self/status", "re");
  if (!file) return -1;
  char line[512];
  const size_t length = strlen(name);
  int found = -1;
  while (found < 0 && fgets(line, sizeof line, file)) {
    if (strncmp(line, name, length) != 0 || line[length] != ':') continue;
    char* text = line + length + 1;
    text += strspn(text, " \t");
    text[strcspn(text, "\n")] = 0;
    size_t end = strlen(text);
    while (end > 0 && text[end - 1] == ' ') text[--end] = 0;
    snprintf(value, room, "%s", text);
    found = 0;
  }
  fclose(file);
  return found;
}

static int status_is(const char* name, const char* wanted) {
  char value[512];
  if (read_status(name, value, sizeof value) < 0) return say(SKIPPED, "no /proc");
  return strcmp(value, wanted) == 0 ? OK : say(OUT, "%s is %s, not %s", name, value, wanted);
}

// 1: the image of the launcher.
static int exe_overwrite(void) { return unopenable("/proc/1/exe", O_WRONLY); }

// 2: what the daemon had open.
static int no_descriptors(void) {
  DIR* directory = opendir("/proc/self/fd");
  if (!directory) return say(SKIPPED, "no /proc");
  for (struct dirent* entry; (entry = readdir(directory));) {
    const int fd = atoi(entry->d_name);
    if (entry->d_name[0] == '.' || fd <= 2 || fd == dirfd(directory) || fd == say_fd) continue;
    char path[64], target[200] = "?";
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (readlink(path, target, sizeof target - 1) < 0) target[0] = 0;
    return say(OUT, "descriptor %d: %s", fd, target);
  }
  return OK;
}

static int directory_inside(void) {
  char path[4096];
  if (syscall(SYS_getcwd, path, sizeof path) < 0) return say(OUT, "no working directory");
  return path[0] == '/' ? OK : say(OUT, "cwd is %s", path);
}

// 6, 7: the root that was.
static int chroot_break(void) {
  const char* host = getenv("PROBE_HOST_ROOT");
  if (!host) return say(SKIPPED, "the jail has the host's root");
  const int here = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (mkdir("/tmp/.probe", 0700) < 0 && errno != EEXIST) return OK;
  const bool is_in = chroot("/tmp/.probe") == 0;
  if (is_in) {
    if (fchdir(here) < 0) return OK;
    for (int i = 0; i < 64; i++)
      if (chdir("..") < 0) break;
    if (chroot(".") < 0) return OK;
  }
  struct stat root;
  char found[64];
  if (stat("/", &root) < 0) return OK;
  snprintf(found, sizeof found, "%llu:%llu", (unsigned long long)root.st_dev, (unsigned long long)root.st_ino);
  rmdir("/tmp/.probe");
  return strcmp(found, host) == 0 ? say(OUT, "the host's root is reached") : OK;
}

static int no_old_root(void) {
  FILE* file = fopen("/proc/self/mountinfo", "re");
  if (!file) return say(SKIPPED, "no /proc");
  char line[4096];
  while (fgets(line, sizeof line, file)) {
    if (strstr(line, ".old") || strstr(line, "oldroot")) {
      fclose(file);
      return say(OUT, "%.200s", line);
    }
  }
  fclose(file);
  return OK;
}

// 8: devices.
static int device(mode_t kind, unsigned major_number, unsigned minor_number) {
  const char* path = "/tmp/.probe-device";
  unlink(path);
  if (mknod(path, kind | 0600, makedev(major_number, minor_number)) < 0) return OK;
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  // No such device is as good as an open one: what keeps devices away says EACCES (nodev).
  const bool is_reached = fd >= 0 || errno == ENXIO || errno == ENODEV;
  unlink(path);
  return is_reached ? say(OUT, "a device that was made can be opened") : OK;
}
static int block_device(void) { return device(S_IFBLK, 254, 0); }
static int memory_device(void) { return device(S_IFCHR, 1, 1); }
static int dev_mem(void) { return unopenable("/dev/mem", O_RDONLY); }
static int dev_kmsg(void) { return unopenable("/dev/kmsg", O_RDONLY); }

// 9: files by handle.
static int by_handle(void) {
  struct {
    struct file_handle handle;
    char room[128];
  } file = {.handle = {.handle_bytes = 128}};
  int mount_id = 0;
  if (name_to_handle_at(AT_FDCWD, "/", &file.handle, &mount_id, 0) < 0) return OK;
  const int mount = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return denied(open_by_handle_at(mount, &file.handle, O_RDONLY), "open_by_handle_at");
}

// 10: control groups.
static int mount_cgroup(void) {
  mkdir("/tmp/.probe-cgroup", 0700);
  const int first = mount("cgroup", "/tmp/.probe-cgroup", "cgroup", 0, "memory");
  const int second = first < 0 ? mount("cgroup2", "/tmp/.probe-cgroup", "cgroup2", 0, NULL) : 0;
  if (first == 0 || second == 0) umount2("/tmp/.probe-cgroup", MNT_DETACH);
  rmdir("/tmp/.probe-cgroup");
  return first == 0 || second == 0 ? say(OUT, "a hierarchy can be mounted") : OK;
}
static int leave_cgroup(void) { return unopenable("/sys/fs/cgroup/cgroup.procs", O_WRONLY); }
static int release_agent(void) { return unopenable("/sys/fs/cgroup/memory/release_agent", O_WRONLY); }

// 11: the kernel's own files.
static int core_pattern(void) { return unwritable("/proc/sys/kernel/core_pattern"); }
static int modprobe_path(void) { return unwritable("/proc/sys/kernel/modprobe"); }
static int panic_on_oom(void) { return unwritable("/proc/sys/vm/panic_on_oom"); }
static int overcommit(void) { return unwritable("/proc/sys/vm/overcommit_memory"); }
static int binfmt(void) { return unopenable("/proc/sys/fs/binfmt_misc/register", O_WRONLY); }
static int sysrq(void) { return unopenable("/proc/sysrq-trigger", O_WRONLY); }
static int irq(void) { return unopenable("/proc/irq/default_smp_affinity", O_WRONLY); }
static int uevent_helper(void) { return unwritable("/sys/kernel/uevent_helper"); }
/** Which files of it matter differs from kernel to kernel. */
static int sysfs(void) {
  struct statfs about;
  if (statfs("/sys", &about) < 0 || about.f_type != 0x62656572 /* SYSFS_MAGIC */) return OK;
  return about.f_flags & 1 /* ST_RDONLY */ ? OK : say(OUT, "/sys is mounted for writing");
}
static int kcore(void) { return unopenable("/proc/kcore", O_RDONLY); }
static int kmsg(void) { return unopenable("/proc/kmsg", O_RDONLY); }
static int timer_list(void) {
  char byte;
  const int fd = open("/proc/timer_list", O_RDONLY | O_CLOEXEC);
  return fd < 0 || read(fd, &byte, 1) <= 0 ? OK : say(OUT, "/proc/timer_list can be read");
}
static int firmware(void) {
  DIR* directory = opendir("/sys/firmware");
  if (!directory) return OK;
  for (struct dirent* entry; (entry = readdir(directory));)
    if (entry->d_name[0] != '.') return say(OUT, "/sys/firmware/%s", entry->d_name);
  return OK;
}

// 12: the launcher's memory.
static int ptrace_init(void) {
  if (getpid() == 1) return say(SKIPPED, "we are it");
  // Unlike PTRACE_ATTACH it does not stop who can be traced.
  return denied(ptrace(PTRACE_SEIZE, 1, 0, 0), "ptrace(SEIZE, 1)");
}
static int init_memory(void) { return unopenable("/proc/1/mem", O_RDWR); }
static int init_environment(void) {
  char text[4096];
  const int fd = open("/proc/1/environ", O_RDONLY | O_CLOEXEC);
  const ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
  const char* canary = getenv("PROBE_CANARY");
  if (size > 0 && canary && memmem(text, (size_t)size, canary, strlen(canary)))
    return say(OUT, "the daemon's environment can be read");
  return OK;
}

// 14: the terminal.
static int terminal(void) {
  const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
  if (fd < 0) return OK;
  return say(OUT, "there is a controlling terminal");
}
static int push_input(void) {
  const char letter = 'x';
  return denied(ioctl(0, TIOCSTI, &letter), "TIOCSTI");
}

// 15: abstract sockets.
static int abstract_socket(void) {
  const char* name = getenv("PROBE_ABSTRACT");
  if (!name) return say(SKIPPED, "nobody listens");
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "%s", name);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const socklen_t size = (socklen_t)(sizeof(sa_family_t) + 1 + strlen(name));
  return denied(connect(fd, (struct sockaddr*)&address, size), "connect to a socket of the host");
}

// 16: keys.
static int keyring(int ring, const char* what) {
  const char* name = getenv("PROBE_KEY");
  if (!name) return say(SKIPPED, "there is no key");
  const long found = syscall(SYS_keyctl, KEYCTL_SEARCH, ring, "user", name, 0);
  return found >= 0 ? say(OUT, "the host's key is in the %s keyring", what) : OK;
}
static int session_keyring(void) { return keyring(KEY_SPEC_SESSION_KEYRING, "session"); }
static int user_keyring(void) { return keyring(KEY_SPEC_USER_KEYRING, "user"); }

// 17: shared memory.
static int shared_memory(void) {
  const char* key = getenv("PROBE_SHM");
  if (!key) return say(SKIPPED, "there is none");
  return denied(shmget((key_t)strtol(key, NULL, 0), 0, 0), "shmget");
}

// 18, 19, 20, 34: what a process is born with.
static int groups(void) {
  const char* wanted = getenv("PROBE_GROUPS");
  return wanted ? status_is("Groups", wanted) : say(SKIPPED, "not told");
}
static int inheritable(void) { return status_is("CapInh", "0000000000000000"); }
static int ambient(void) { return status_is("CapAmb", "0000000000000000"); }
static int no_new_privs(void) { return status_is("NoNewPrivs", "1"); }
static int ignored_signals(void) { return status_is("SigIgn", "0000000000000000"); }
static int blocked_signals(void) { return status_is("SigBlk", "0000000000000000"); }
static int umask_022(void) {
  const mode_t mask = umask(022);
  return mask == 022 ? OK : say(OUT, "%03o", mask);
}
static int environment(void) {
  extern char** environ;
  for (char** each = environ; *each; each++)
    if (strncmp(*each, "NODE_", 5) == 0 || strncmp(*each, "LD_", 3) == 0 || strncmp(*each, "NOTIFY_SOCKET", 13) == 0)
      return say(OUT, "%s", *each);
  return OK;
}

// 21: user namespaces within.
static int new_user(void) { return denied(unshare(CLONE_NEWUSER), "unshare(NEWUSER)"); }
static int new_user_by_clone3(void) {
  const uint64_t arguments[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD};
  const long pid = syscall(SYS_clone3, arguments, 64);
  if (pid == 0) _exit(0);
  if (pid > 0) waitpid((pid_t)pid, NULL, 0);
  return denied(pid, "clone3(NEWUSER)");
}

// 22: ways round a filter.
static int io_uring(void) {
  char parameters[256] = {0};
  return denied(syscall(SYS_io_uring_setup, 1, parameters), "io_uring_setup");
}
static int x32(void) {
#ifdef __x86_64__
  return denied(syscall(0x40000000 + SYS_getpid), "a call of x32");
#else
  return say(SKIPPED, "another machine");
#endif
}
static int i386(void) {
#ifdef __x86_64__
  long result = 20;
  // int 0x80, getpid
  __asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
  return denied(result, "a call of i386");
#else
  return say(SKIPPED, "another machine");
#endif
}

// What only root of the host may, and what makes namespaces worthless.
static int mounting(void) {
  mkdir("/tmp/.probe-mount", 0700);
  const int result = mount("none", "/tmp/.probe-mount", "tmpfs", 0, NULL);
  if (result == 0) umount2("/tmp/.probe-mount", MNT_DETACH);
  rmdir("/tmp/.probe-mount");
  return denied(result, "mount");
}
/** No mount point: who may unmount is told so, who may not hears that first. */
static int unmounting(void) {
  errno = 0;
  umount2("/proc/self/fd", 0);
  return errno == EINVAL ? say(OUT, "mounts may be removed") : OK;
}
static int reboot_machine(void) { return denied(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_CAD_OFF, 0), "reboot(CAD_OFF)"); }
static int set_time(void) {
  struct timeval now;
  gettimeofday(&now, NULL);
  return denied(settimeofday(&now, NULL), "settimeofday");
}
static int accounting(void) { return denied(acct(NULL), "acct"); }
static int swapping(void) {
  // EINVAL would be: allowed, but no swap.
  errno = 0;
  syscall(SYS_swapon, "/dev/null", 0);
  return errno == EPERM ? OK : say(OUT, "swapon says %s", strerror(errno));
}
static int kernel_log(void) { return denied(syscall(SYS_syslog, 3, NULL, 0) == 0 ? 0 : syscall(SYS_syslog, 10, NULL, 0), "syslog"); }
static int module(void) {
  errno = 0;
  syscall(SYS_init_module, "", 0, "");
  return errno == EPERM || errno == ENOSYS ? OK : say(OUT, "init_module says %s", strerror(errno));
}
static int bpf(void) {
  char attributes[128] = {0};
  errno = 0;
  // BPF_PROG_GET_NEXT_ID needs the right to see all programs.
  const long result = syscall(SYS_bpf, 11, attributes, sizeof attributes);
  return result >= 0 || errno == ENOENT ? say(OUT, "bpf may look at the host's programs") : OK;
}
static int perf(void) {
  uint32_t attributes[32] = {1 /* software */, 128, 0, 0};
  // All processes of processor 0.
  return denied(syscall(SYS_perf_event_open, attributes, -1, 0, -1, 0), "perf_event_open of all processes");
}
static int raw_ports(void) {
#ifdef __x86_64__
  return denied(syscall(SYS_ioperm, 0x80, 1, 1), "ioperm");
#else
  return say(SKIPPED, "another machine");
#endif
}
static int host_namespaces(void) {
  const char* host = getenv("PROBE_HOST_PID");
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/ns/mnt", host ? host : "1");
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return OK;
  struct stat theirs, ours;
  if (fstat(fd, &theirs) < 0 || stat("/proc/self/ns/mnt", &ours) < 0 || theirs.st_ino == ours.st_ino) return OK;
  return denied(setns(fd, CLONE_NEWNS), "setns");
}
static int other_processes(void) {
  const char* host = getenv("PROBE_HOST_PID");
  if (!host) return say(SKIPPED, "not told");
  return denied(kill(atoi(host), 0), "a process of the host can be signalled");
}
static int answers(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return connect(fd, (struct sockaddr*)&address, sizeof address);
}
static int daemon_socket(void) {
  const char* path = getenv("PROBE_CONTROL");
  return denied(answers(path ? path : "/run/tsjail/control.sock"), "connect to the daemon");
}
/** What does the work of root for whoever is root: a service of the host. */
static int host_service(void) {
  const char* path = getenv("PROBE_SERVICE");
  return path ? denied(answers(path), "connect to a service of the host") : say(SKIPPED, "there is none");
}

/** Nothing that was there is changed. */
static int creatable(const char* directory) {
  char path[4096];
  snprintf(path, sizeof path, "%s/.probe-%d", directory, getpid());
  const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return OK;
  unlink(path);
  return say(OUT, "files can be made in %s", directory);
}
/** Where what is written is carried out by root, sooner or later. */
static int host_files(void) {
  static const char* const PLACES[] = {
      "/", "/etc", "/etc/cron.d", "/usr/bin", "/usr/lib", "/root", "/boot", "/var/lib/dpkg", "/var/spool/cron", "/run/systemd/system",
  };
  if (getenv("PROBE_HOST_ROOT")) return say(SKIPPED, "the root is its own");
  for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++)
    if (creatable(PLACES[i]) != OK) return OUT;
  return unopenable("/etc/passwd", O_WRONLY);
}
static int vassal_files(void) {
  const char* directory = getenv("PROBE_VASSALS");
  const char* own = getenv("PROBE_OWN_FILE");
  if (!directory) return say(SKIPPED, "not told");
  if (creatable(directory) != OK) return OUT;
  return own ? unopenable(own, O_WRONLY) : OK;
}

// 5: mounts that show outside.
static int propagation(void) {
  FILE* file = fopen("/proc/self/mountinfo", "re");
  if (!file) return say(SKIPPED, "no /proc");
  char line[4096];
  int verdict = OK;
  while (verdict == OK && fgets(line, sizeof line, file))
    if (strstr(line, " shared:")) verdict = say(OUT, "%.200s", line);
  fclose(file);
  return verdict;
}

// 11: descriptions of keys of the host.
static int key_list(void) {
  char text[16384];
  const char* name = getenv("PROBE_KEY");
  const int fd = open("/proc/keys", O_RDONLY | O_CLOEXEC);
  const ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof text);
  return size > 0 && name && memmem(text, (size_t)size, name, strlen(name)) ? say(OUT, "the host's key is listed") : OK;
}

// 17: POSIX shared memory.
static int posix_memory(void) {
  const char* path = getenv("PROBE_POSIX_SHM");
  return path ? unopenable(path, O_RDONLY) : say(SKIPPED, "there is none");
}

// 34: what the daemon raised for itself.
static int open_files(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur <= 1024) return OK;
  return say(OUT, "%llu", (unsigned long long)limit.rlim_cur);
}

// 35: memory by way of files.
static int unbounded_files(void) {
  struct statfs about;
  if (statfs("/dev/shm", &about) < 0 || about.f_type != 0x01021994 /* TMPFS_MAGIC */) return OK;
  return about.f_blocks == 0 || about.f_files == 0 ? say(OUT, "/dev/shm has no bound") : OK;
}

static const struct {
  const char* name;
  int (*try)(void);
} WAYS[] = {
    {"exe-overwrite", exe_overwrite},
    {"host-files", host_files},
    {"vassal-files", vassal_files},
    {"host-service", host_service},
    {"propagation", propagation},
    {"key-list", key_list},
    {"posix-memory", posix_memory},
    {"open-files", open_files},
    {"unbounded-files", unbounded_files},
    {"descriptors", no_descriptors},
    {"working-directory", directory_inside},
    {"chroot-break", chroot_break},
    {"old-root", no_old_root},
    {"block-device", block_device},
    {"memory-device", memory_device},
    {"dev-mem", dev_mem},
    {"dev-kmsg", dev_kmsg},
    {"open-by-handle", by_handle},
    {"mount-cgroup", mount_cgroup},
    {"leave-cgroup", leave_cgroup},
    {"release-agent", release_agent},
    {"core-pattern", core_pattern},
    {"modprobe", modprobe_path},
    {"panic-on-oom", panic_on_oom},
    {"overcommit", overcommit},
    {"binfmt", binfmt},
    {"sysrq", sysrq},
    {"irq", irq},
    {"uevent-helper", uevent_helper},
    {"sysfs", sysfs},
    {"kcore", kcore},
    {"kmsg", kmsg},
    {"timer-list", timer_list},
    {"firmware", firmware},
    {"ptrace-init", ptrace_init},
    {"init-memory", init_memory},
    {"init-environment", init_environment},
    {"terminal", terminal},
    {"push-input", push_input},
    {"abstract-socket", abstract_socket},
    {"session-keyring", session_keyring},
    {"user-keyring", user_keyring},
    {"shared-memory", shared_memory},
    {"groups", groups},
    {"inheritable", inheritable},
    {"ambient", ambient},
    {"no-new-privs", no_new_privs},
    {"ignored-signals", ignored_signals},
    {"blocked-signals", blocked_signals},
    {"umask", umask_022},
    {"environment", environment},
    {"user-namespace", new_user},
    {"user-namespace-clone3", new_user_by_clone3},
    {"io-uring", io_uring},
    {"x32", x32},
    {"i386", i386},
    {"mount", mounting},
    {"umount", unmounting},
    {"reboot", reboot_machine},
    {"set-time", set_time},
    {"accounting", accounting},
    {"swap", swapping},
    {"kernel-log", kernel_log},
    {"module", module},
    {"bpf", bpf},
    {"perf", perf},
    {"raw-ports", raw_ports},
    {"host-namespaces", host_namespaces},
    {"host-processes", other_processes},
    {"daemon-socket", daemon_socket},
};

int main(void) {
  for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return 2;
    fflush(stdout);
    const pid_t pid = fork();
    if (pid < 0) return 2;
    if (pid == 0) {
      close(ends[0]);
      say_fd = ends[1];
      alarm(5);
      _exit(WAYS[i].try());
    }
    close(ends[1]);
    char said[301] = {0};
    size_t size = 0;
    for (ssize_t more; size < 300 && (more = read(ends[0], said + size, 300 - size)) > 0;) size += (size_t)more;
    close(ends[0]);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    const int verdict = WIFEXITED(status) ? WEXITSTATUS(status) : OK;
    printf("%s %s%s%s\n", verdict == OK ? "ok" : verdict == SKIPPED ? "skip" : "FAIL", WAYS[i].name, size ? ": " : "", said);
  }
  return 0;
}
