// What a new net namespace takes over from the host's own: by it, one that was made before is told from one
// that would be made now.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** But for what `lo` would do about neighbours, of which it has none (net/ipv4/neigh/lo). */
class HostNetwork {
 public:
  /** As it is now. ENOENT: it cannot be told, since we are in another net namespace than the host's own, or
   * lack a /proc. */
  static Result<std::shared_ptr<const HostNetwork>> look();

  /** Would a namespace that is made now be as one made when this was looked at? Some 75 reads of open files,
   * 0.1 ms. */
  bool is_as_it_was() const;

 private:
  struct Setting {
    UniqueFd file;
    std::optional<std::string> value;
  };

  Status add(const std::string& path);
  Status add_all(const char* directory);
  Status add_if_there(const Status& added, const char* path);

  std::vector<Setting> settings_;
  /** Not there when it was looked: a module may bring them. */
  std::vector<const char*> missing_;
};

}  // namespace tsjail
