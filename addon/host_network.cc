// What a new net namespace takes over: see host_network.h.
#include "host_network.h"

#include <dirent.h>
#include <fcntl.h>

#include "launcher_table.h"

namespace tsjail {

namespace {

/** Is IPv6 taken over, too? Only the host's own net namespace shows it, so that it tells whether we are in
 * that one: it is from there that the kernel copies, whoever makes a namespace (ip-sysctl.rst). */
constexpr const char* kInherit = "/proc/sys/net/core/devconf_inherit_init_net";

/** All of them settings of every interface to come, and of all (devinet_init_net() in the kernel). */
constexpr const char* kIpv4Directories[] = {"/proc/sys/net/ipv4/conf/all", "/proc/sys/net/ipv4/conf/default"};
constexpr const char* kIpv6Directories[] = {"/proc/sys/net/ipv6/conf/all", "/proc/sys/net/ipv6/conf/default"};

/** Those that this kernel has, now or when a module is there (tcp_sk_init(), udp_set_table(), nf_conntrack's
 * pernet parts, vsock, smc). */
constexpr const char* kSettings[] = {
    "/proc/sys/net/ipv4/tcp_rmem",
    "/proc/sys/net/ipv4/tcp_wmem",
    "/proc/sys/net/ipv4/tcp_congestion_control",
    "/proc/sys/net/ipv4/tcp_child_ehash_entries",
    "/proc/sys/net/ipv4/udp_child_hash_entries",
    "/proc/sys/net/core/fb_tunnels_only_for_init_net",
    "/proc/sys/net/core/rps_default_mask",
    "/proc/sys/net/vsock/child_ns_mode",
    "/proc/sys/net/smc/hs_ctrl",
    "/sys/module/nf_conntrack/parameters/acct",
    "/sys/module/nf_conntrack/parameters/tstamp",
    "/sys/module/nf_conntrack/parameters/nf_conntrack_helper",
};

/** None of them is as long. Nothing: it says nothing, as stable_secret does before it is set. */
std::optional<std::string> text_of(int file) {
  char text[512];
  const ssize_t size = ::pread(file, text, sizeof text, 0);
  if (size < 0) return std::nullopt;
  return std::string(text, static_cast<size_t>(size));
}

bool exists(const char* path) { return ::access(path, F_OK) == 0; }

}  // namespace

Result<std::shared_ptr<const HostNetwork>> HostNetwork::look() {
  const std::shared_ptr<HostNetwork> found(new HostNetwork);
  if (Status added = found->add(kInherit); !added) return added.error();
  const bool inherits_ipv6 = found->settings_.back().value != "0\n";
  for (const char* directory : kIpv4Directories)
    if (Status added = found->add_all(directory); !added) return added.error();
  for (const char* directory : kIpv6Directories) {
    const Status added = inherits_ipv6 || !exists(directory) ? found->add_all(directory) : Done{};
    if (Status fine = found->add_if_there(added, directory); !fine) return fine.error();
  }
  for (const char* path : kSettings)
    if (Status fine = found->add_if_there(found->add(path), path); !fine) return fine.error();
  return std::shared_ptr<const HostNetwork>(found);
}

bool HostNetwork::is_as_it_was() const {
  for (const Setting& setting : settings_)
    if (text_of(setting.file.get()) != setting.value) return false;
  for (const char* path : missing_)
    if (exists(path)) return false;
  return true;
}

Status HostNetwork::add(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return failed("open", path);
  if (Status settled = settle(file); !settled) return settled;
  auto value = text_of(file.get());
  settings_.push_back({std::move(file), std::move(value)});
  return Done{};
}

Status HostNetwork::add_all(const char* directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listed(::opendir(directory), ::closedir);
  if (!listed) return failed("opendir", directory);
  while (const dirent* entry = ::readdir(listed.get())) {
    if (entry->d_name[0] == '.') continue;
    if (Status added = add(std::string(directory) + '/' + entry->d_name); !added) return added;
  }
  return Done{};
}

/** What is not there is noted. */
Status HostNetwork::add_if_there(const Status& added, const char* path) {
  if (added) return Done{};
  if (added.error().number != ENOENT) return added.error();
  missing_.push_back(path);
  return Done{};
}

}  // namespace tsjail
