// The N-API surface, as src/jail/native.ts types it, and nothing else.
#include <sys/epoll.h>

#include <functional>

#include "config_files.h"
#include "datagrams.h"
#include "exit_watcher.h"
#include "fds.h"
#include "group_usage.h"
#include "held_signals.h"
#include "js.h"
#include "kernel_features.h"
#include "kernel_probes.h"
#include "listeners.h"
#include "loop.h"
#include "memfd.h"
#include "order.h"
#include "processes.h"
#include "reexec.h"
#include "small_files.h"
#include "sockets.h"
#include "spawner.h"
#include "text.h"

namespace tsjail {

/** One for each environment (thread of JavaScript) that loads the addon. */
struct Addon {
  explicit Addon(std::unique_ptr<Loop> opened) : loop(std::move(opened)), exits(*loop), spawner(*loop) {}

  IsKnown is_known() const {
    return [this](pid_t pid) { return exits.watches(pid) || spawner.is_making(pid); };
  }

  std::unique_ptr<Loop> loop;
  ExitWatcher exits;
  Spawner spawner;
};

namespace {

Result<UniqueFd> open_jailer(Addon& addon, std::string path) {
  if (Status started = addon.spawner.start(); !started) return started.error();
  return open_program(std::move(path));
}

Result<std::shared_ptr<const Order>> make_order(std::string text) {
  const std::shared_ptr<Order> order(new Order);
  if (!read_order(text, *order)) return SystemError{EINVAL, "spawn", "not an order"};
  return std::shared_ptr<const Order>(order);
}

Result<Connections> spawn(Addon& addon, int jailer_fd, std::shared_ptr<const Order> order, int standard_input,
                          int standard_output, int standard_error, std::vector<int> passed, Callback done) {
  std::vector<int> fds = {standard_input, standard_output, standard_error};
  fds.insert(fds.end(), passed.begin(), passed.end());
  SpawnRequest request = {std::move(order), jailer_fd, std::move(fds)};
  return addon.spawner.spawn(std::move(request), [done = std::move(done)](Result<Child> child) {
    if (child)
      done(SystemError{}, child->pid, child->pidfd);
    else
      done(child.error(), 0, -1);
  });
}

Status expect_exits(Addon& addon, std::vector<int> pids) {
  for (const int pid : pids) addon.exits.expect(pid);
  return Done{};
}

/** Those that are being made, too: a number that nobody has. */
Result<std::vector<pid_t>> list_children(Addon& addon) {
  std::vector<pid_t> pids = addon.exits.watched();
  pids.insert(pids.end(), addon.spawner.making(), 0);
  return pids;
}

Result<UniqueFd> seal_memory(std::string name, std::span<uint8_t> bytes) {
  return make_memfd(std::move(name), bytes);
}

Result<bool> kill_spawn(Addon& addon, int control) { return addon.spawner.kill(control); }

Status keep_networks(Addon& addon, uint32_t count) {
  addon.spawner.networks().keep(count);
  return Done{};
}

Status watch_exit(Addon& addon, int pid, int pidfd, Callback done) {
  return addon.exits.watch(pid, pidfd, [done = std::move(done)](const ExitStatus& status) { done(status); });
}

Status hold_exit(Addon& addon, int pid) {
  addon.exits.hold(pid);
  return Done{};
}

Status release_exit(Addon& addon, int pid) { return addon.exits.release(pid); }

Status watch(Addon& addon, int fd, uint32_t events, Callback ready) {
  // EPOLLET and the like would break the promise of a level-triggered watch.
  return addon.loop->watch(fd, events & (EPOLLIN | EPOLLPRI | EPOLLOUT | EPOLLRDHUP),
                           [ready = std::move(ready)](uint32_t happened) { ready(happened); });
}

Status unwatch(Addon& addon, int fd) {
  addon.loop->unwatch(fd);
  return Done{};
}

Status close(Addon& addon, int fd) {
  addon.loop->unwatch(fd);
  // Linux has closed it even when it says EINTR (close(2)).
  if (::close(fd) < 0 && errno != EINTR) return failed("close");
  return Done{};
}

/** Off the loop: the file system of a path may take its time. */
class Binding : public Napi::AsyncWorker {
 public:
  Binding(std::span<const uint8_t> address, tsjail::Callback told)
      : Napi::AsyncWorker(told.env(), "tsjail:bind"),
        address_(address.begin(), address.end()),
        done_(std::move(told)) {}

  void Execute() override { bound_ = bind_address(address_); }

  void OnOK() override {
    if (bound_)
      done_(SystemError{}, bound_->release());
    else
      done_(bound_.error(), -1);
  }

 private:
  std::vector<uint8_t> address_;
  tsjail::Callback done_;
  Result<UniqueFd> bound_ = UniqueFd();
};

Status bind_socket(std::span<uint8_t> address, Callback done) {
  // It deletes itself when it is done.
  (new Binding(address, std::move(done)))->Queue();
  return Done{};
}

/** Off the loop: a file system may take its time, and the kernel hold up whoever looks into a control group.
 */
template <typename Found>
class Reading : public Napi::AsyncWorker {
 public:
  Reading(std::function<Found()> read, tsjail::Callback told)
      : Napi::AsyncWorker(told.env(), "tsjail:read"), read_(std::move(read)), done_(std::move(told)) {}

  void Execute() override { found_ = read_(); }
  void OnOK() override { done_(found_); }

 private:
  std::function<Found()> read_;
  tsjail::Callback done_;
  Found found_;
};

// It deletes itself when it is done.
template <typename Read>
Status read_off_loop(Read read, Callback done) {
  (new Reading<decltype(read())>(std::move(read), std::move(done)))->Queue();
  return Done{};
}

Status read_small_files(std::string paths, Callback done) {
  return read_off_loop([paths = std::move(paths)] { return read_files(paths); }, std::move(done));
}

Status read_small_links(std::string paths, Callback done) {
  return read_off_loop([paths = std::move(paths)] { return read_links(paths); }, std::move(done));
}

Status read_group_usage(std::string groups, Callback done) {
  return read_off_loop([groups = std::move(groups)] { return read_usage(groups); }, std::move(done));
}

Status end_control_groups(std::string groups, Callback done) {
  return read_off_loop([groups = std::move(groups)] { return end_groups(groups); }, std::move(done));
}

Status look_at_files(std::vector<std::string> paths, Callback done) {
  return read_off_loop([paths = std::move(paths)] { return look_at(paths); }, std::move(done));
}

Status read_config_files(std::vector<std::string> paths, bool nofollow, Callback done) {
  return read_off_loop([paths = std::move(paths), nofollow] { return read_configs(paths, nofollow); },
                       std::move(done));
}

Result<std::vector<pid_t>> reap_orphans_of(Addon& addon) { return reap_orphans(addon.is_known()); }
Result<std::vector<pid_t>> list_orphans_of(Addon& addon) { return list_orphans(addon.is_known()); }
Result<Features> give_features() { return features(); }
Result<std::vector<Probed>> give_probes() { return probe_kernel(); }

struct Export {
  const char* name;
  Napi::Value (*function)(const Napi::CallbackInfo&);
};

constexpr Export kExports[] = {
    {"openJailer", bind<open_jailer>},
    {"order", bind<make_order>},
    {"spawn", bind<spawn>},
    {"killSpawn", bind<kill_spawn>},
    {"keepNetworks", bind<keep_networks>},
    {"watchExit", bind<watch_exit>},
    {"holdExit", bind<hold_exit>},
    {"releaseExit", bind<release_exit>},
    {"signal", bind<send_signal>},
    {"watch", bind<watch>},
    {"unwatch", bind<unwatch>},
    {"close", bind<close>},
    {"receive", bind<receive>},
    {"receiveTrusted", bind<receive_trusted>},
    {"send", bind<send_message>},
    {"read", bind<read_some>},
    {"write", bind<write_some>},
    {"probeLease", bind<probe_lease>},
    {"raiseHardLimit", bind<raise_hard_limit>},
    {"openTerminal", bind<open_terminal>},
    {"resizeTerminal", bind<resize_terminal>},
    {"passOutput", bind<pass_output>},
    {"becomeSubreaper", bind<become_subreaper>},
    {"reapOrphans", bind<reap_orphans_of>},
    {"listOrphans", bind<list_orphans_of>},
    {"peerCredentials", bind<peer_credentials>},
    {"sendDatagram", bind<send_datagram>},
    {"bindDatagram", bind<bind_datagram>},
    {"receiveDatagram", bind<receive_datagram>},
    {"connectUnix", bind<connect_unix>},
    {"connectDatagram", bind<connect_datagram>},
    {"readFiles", bind<read_small_files>},
    {"readUsage", bind<read_group_usage>},
    {"endGroups", bind<end_control_groups>},
    {"readLinks", bind<read_small_links>},
    {"lookAt", bind<look_at_files>},
    {"readConfigs", bind<read_config_files>},
    {"streamPair", bind<stream_pair>},
    {"bindSocket", bind<bind_socket>},
    {"listen", bind<listen_on>},
    {"listenUnix", bind<listen_unix>},
    {"makeBlocking", bind<make_blocking>},
    {"duplicate", bind<duplicate>},
    {"expectExits", bind<expect_exits>},
    {"listChildren", bind<list_children>},
    {"makeMemfd", bind<seal_memory>},
    {"replaceProgram", bind<replace_program>},
    {"takeOver", bind<take_over>},
    {"holdSignals", bind<hold_signals>},
    {"releaseSignals", bind<release_signals>},
    {"countNewlines", bind<count_newlines>},
    {"isPlain", bind<is_plain>},
    {"features", bind<give_features>},
    {"probeKernel", bind<give_probes>},
};

/** A handle of libuv's is closed over turns of the loop: the environment must wait for it before it is gone.
 */
void close_loop(napi_async_cleanup_hook_handle hook, void* addon) {
  static_cast<Addon*>(addon)->loop->close([hook] { ::napi_remove_async_cleanup_hook(hook); });
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  uv_loop_t* uv = nullptr;
  if (::napi_get_uv_event_loop(env, &uv) != napi_ok) return exports;
  auto loop = Loop::open(uv);
  if (!loop) {
    throw_error(env, loop.error());
    return exports;
  }
  auto addon = std::make_unique<Addon>(std::move(*loop));
  ::napi_add_async_cleanup_hook(env, close_loop, addon.get(), nullptr);
  env.SetInstanceData(addon.release());
  for (const auto& [name, function] : kExports) exports.Set(name, Napi::Function::New(env, function, name));
  return exports;
}

}  // namespace

}  // namespace tsjail

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return tsjail::init(env, exports); }

NODE_API_MODULE(tsjail, Init)
