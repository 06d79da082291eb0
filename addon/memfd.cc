// Sealed memory files: see memfd.h.
#include "memfd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace tsjail {

namespace {

// Since Linux 6.3, and not in the headers of that time.
constexpr unsigned kNoExecSeal = 0x8;
constexpr unsigned kExec = 0x10;
constexpr size_t kPart = 1 << 20;
// Of linux/mount.h, which does not go together with every libc's sys/mount.h.
constexpr unsigned kTreeClone = 1;
constexpr uint64_t kReadOnlyMount = 1;

struct MountAttributes {
  uint64_t set, clear, propagation, user_namespace;
};

/** Kernels before 6.3 do not know the flags about execution. */
UniqueFd create(const char* name, unsigned execution) {
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  UniqueFd fd(::memfd_create(name, flags | execution));
  if (!fd && errno == EINVAL) fd = UniqueFd(::memfd_create(name, flags));
  return fd;
}

Result<UniqueFd> sealed(UniqueFd fd) {
  constexpr int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  if (::fcntl(fd.get(), F_ADD_SEALS, seals) < 0) return failed("fcntl", "F_ADD_SEALS");
  return fd;
}

/** The file by a mount of its own that is read-only: whoever gets at it by /proc/PID/exe cannot open it for
 * writing, which else only ETXTBSY stands against. Since Linux 5.12, and for root. */
UniqueFd open_by_own_mount(const char* path) {
  UniqueFd file(static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, path, kTreeClone | O_CLOEXEC)));
  const MountAttributes attributes = {kReadOnlyMount, 0, 0, 0};
  if (!file ||
      ::syscall(SYS_mount_setattr, file.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) < 0) {
    return UniqueFd();
  }
  return file;
}

}  // namespace

Result<UniqueFd> make_memfd(std::string name, std::span<const uint8_t> bytes) {
  UniqueFd fd = create(name.c_str(), kNoExecSeal);
  if (!fd) return failed("memfd_create", std::move(name));
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t size = ::pwrite(fd.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (size < 0) return failed("pwrite", std::move(name));
    at += static_cast<size_t>(size);
  }
  return sealed(std::move(fd));
}

Result<UniqueFd> open_program(std::string path) {
  const UniqueFd source(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!source) return failed("open", std::move(path));
  UniqueFd copy = create("tsjail-jailer", kExec);
  // vm.memfd_noexec = 2.
  if (!copy && errno == EACCES) {
    UniqueFd itself = open_by_own_mount(path.c_str());
    if (!itself) itself = UniqueFd(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!itself) return failed("open", std::move(path));
    return itself;
  }
  if (!copy) return failed("memfd_create");
  ssize_t size;
  do size = ::sendfile(copy.get(), source.get(), nullptr, kPart);
  while (size > 0);
  if (size < 0) return failed("sendfile", std::move(path));
  if (::fchmod(copy.get(), 0555) < 0) return failed("fchmod");
  return sealed(std::move(copy));
}

}  // namespace tsjail
