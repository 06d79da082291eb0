// A value or the system call that failed: nothing in the addon throws.
#pragma once

#include <cerrno>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tsjail {

struct SystemError {
  /** Positive errno. */
  int number;
  const char* syscall;
  /** What the call was about, such as a path; may be empty. */
  std::string object;
};

/** errno as `syscall` just left it; never 0, which means that nothing failed. */
inline SystemError failed(const char* syscall, std::string object = {}) {
  return {errno == 0 ? EIO : errno, syscall, std::move(object)};
}

/** The value of a call that has nothing to tell but that it worked. */
struct Done {};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::move(value)) {}
  Result(SystemError error) : content_(std::move(error)) {}

  explicit operator bool() const { return std::holds_alternative<T>(content_); }
  T& operator*() { return *std::get_if<T>(&content_); }
  T* operator->() { return std::get_if<T>(&content_); }
  const SystemError& error() const { return *std::get_if<SystemError>(&content_); }

 private:
  std::variant<T, SystemError> content_;
};

using Status = Result<Done>;

/** The status of a call that gives -1 and errno when it fails. */
inline Status check(long result, const char* syscall) {
  if (result < 0) return failed(syscall);
  return Done{};
}

}  // namespace tsjail
