// Sealed memory files: see memfd.h.
#include "memfd.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

namespace tsjail {

namespace {

// Since Linux 6.3, and not in the headers of that time.
constexpr unsigned kNoExecSeal = 0x8;
constexpr unsigned kExec = 0x10;
constexpr size_t kPart = 1 << 20;

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

}  // namespace

Result<UniqueFd> make_memfd(std::string name, std::span<uint8_t> bytes) {
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
    UniqueFd itself(::open(path.c_str(), O_PATH | O_CLOEXEC));
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
