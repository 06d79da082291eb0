// The step that lets the command see and change certain files alone, whatever its rights are (landlock(7)).
#include <linux/landlock.h>

#include "jail.h"

namespace jailer::steps {

namespace {

constexpr uint32_t kVersion = 1;  // LANDLOCK_CREATE_RULESET_VERSION
constexpr uint64_t kExecute = 1 << 0;
constexpr uint64_t kWriteFile = 1 << 1;
constexpr uint64_t kReadFile = 1 << 2;
constexpr uint64_t kReadDirectory = 1 << 3;
constexpr uint64_t kTruncate = 1 << 14;
constexpr uint64_t kDeviceControl = 1 << 15;

constexpr uint64_t kRead = kExecute | kReadFile | kReadDirectory;
/** Of a directory the others make no sense for a file, and are refused (EINVAL). */
constexpr uint64_t kOfFiles = kExecute | kWriteFile | kReadFile | kTruncate | kDeviceControl;

/** How many rights each version of the interface knows; the fourth and the sixth brought none of files. */
constexpr uint64_t kRights[] = {0, 13, 14, 15, 15, 16};
constexpr long kNewest = sizeof kRights / sizeof *kRights - 1;

/** What version `version` of the interface can keep from who has not been given it. */
uint64_t rights_known(long version) {
  return (uint64_t{1} << kRights[version < kNewest ? version : kNewest]) - 1;
}

/** Not built in, or switched off at boot: any other error is no reason to go without. */
bool is_absence(long error) { return error == -ENOSYS || error == -EOPNOTSUPP; }

/** The command runs without it, as it would on every older kernel: but nobody shall believe otherwise. */
void say_absent() {
  constexpr char kText[] =
      "tsjail: this kernel has no Landlock: `landlock-ro` and `landlock-rw` have no effect\n";
  static_cast<void>(sys::call(__NR_write, 2, kText, sizeof kText - 1));
}

int allow(Jail& jail, int rules, const char* path, uint64_t rights) {
  const sys::Fd fd(sys::call(__NR_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC, 0));
  struct statx about = {};
  int error = fd.error();
  if (!error) error = sys::error_of(__NR_statx, fd.get(), "", AT_EMPTY_PATH, STATX_TYPE, &about);
  const bool is_directory = (about.stx_mode & S_IFMT) == S_IFDIR;
  landlock_path_beneath_attr beneath = {};
  beneath.parent_fd = fd.get();
  beneath.allowed_access = is_directory ? rights : rights & kOfFiles;
  if (!error) error = sys::error_of(__NR_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
  if (error) jail.detail << path;
  return error;
}

}  // namespace

int landlock(Jail& jail, Arguments arguments) {
  const long version = sys::call(__NR_landlock_create_ruleset, nullptr, 0, kVersion);
  if (is_absence(version)) {
    say_absent();
    return 0;
  }
  if (version < 1) return version < 0 ? static_cast<int>(-version) : EPROTO;
  const uint64_t known = rights_known(version);
  const uint64_t handled = known;
  const sys::Fd rules(sys::call(__NR_landlock_create_ruleset, &handled, sizeof handled, 0));
  if (rules.error()) return rules.error();
  while (arguments.left() > 0) {
    const char* word = arguments.next();
    const bool writes = starts_with(word, "rw:");
    if (!writes && !starts_with(word, "ro:")) return refuse(jail, word);
    if (const int error = allow(jail, rules.get(), word + 3, writes ? known : kRead)) return error;
  }
  const int error = sys::error_of(__NR_landlock_restrict_self, rules.get(), 0);
  if (error == EPERM) jail.detail << "without no-new-privs that takes CAP_SYS_ADMIN";
  return error;
}

}  // namespace jailer::steps
