// Values between JavaScript and C++: `bind` makes a JavaScript function of a C++ one by its signature.
#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "config_files.h"
#include "datagrams.h"
#include "exit_watcher.h"
#include "fds.h"
#include "job.h"
#include "kernel_features.h"
#include "kernel_probes.h"
#include "result.h"
#include "sockets.h"

namespace tsjail {

struct Addon;

/** A JavaScript function kept for later. */
class Callback {
 public:
  Callback() = default;
  explicit Callback(const Napi::Function& function)
      : function_(new Napi::FunctionReference(Napi::Persistent(function))) {}

  /** To be called from the loop; what the function throws is an uncaught exception. */
  Napi::Env env() const { return function_->Env(); }

  template <typename... Values>
  void operator()(const Values&... values) const;

 private:
  void call(const std::vector<napi_value>& values) const;

  std::shared_ptr<Napi::FunctionReference> function_;
};

// JavaScript to C++; false: it is something else.
bool read(const Napi::Value& value, int& number);
bool read(const Napi::Value& value, uint32_t& number);
/** Infinity is the greatest. */
bool read(const Napi::Value& value, uint64_t& number);
bool read(const Napi::Value& value, bool& flag);
bool read(const Napi::Value& value, std::string& text);
bool read(const Napi::Value& value, std::span<uint8_t>& bytes);
bool read(const Napi::Value& value, std::vector<int>& numbers);
bool read(const Napi::Value& value, std::vector<std::string>& texts);
/** What the `write` below has made. */
bool read(const Napi::Value& value, std::shared_ptr<const Order>& order);
bool read(const Napi::Value& value, Callback& callback);

// C++ to JavaScript.
Napi::Value write(Napi::Env env, Done);
Napi::Value write(Napi::Env env, bool flag);
Napi::Value write(Napi::Env env, int number);
Napi::Value write(Napi::Env env, uint32_t number);
Napi::Value write(Napi::Env env, int64_t number);
/** Opaque; goes when JavaScript knows it no more. */
Napi::Value write(Napi::Env env, std::shared_ptr<const Order>& order);
/** Bytes, each of them a character. */
Napi::Value write(Napi::Env env, const std::string& bytes);
/** The descriptor is JavaScript's from then on. */
Napi::Value write(Napi::Env env, UniqueFd& fd);
Napi::Value write(Napi::Env env, FdPair& pair);
Napi::Value write(Napi::Env env, Connections& connections);
Napi::Value write(Napi::Env env, Lease lease);
Napi::Value write(Napi::Env env, const std::vector<pid_t>& pids);
/** As a Float64Array. */
Napi::Value write(Napi::Env env, const std::vector<double>& numbers);
/** As a BigInt64Array. */
Napi::Value write(Napi::Env env, const std::vector<int64_t>& numbers);
/** Its two parts. */
Napi::Value write(Napi::Env env, const ConfigCopies& copies);
Napi::Value write(Napi::Env env, const std::optional<int>& number);
Napi::Value write(Napi::Env env, const std::optional<Message>& message);
Napi::Value write(Napi::Env env, std::optional<TrustedMessage>& message);
Napi::Value write(Napi::Env env, const std::optional<Datagram>& datagram);
Napi::Value write(Napi::Env env, const Peer& peer);
Napi::Value write(Napi::Env env, const Features& features);
/** By name: `error`, its name or null, and `value`. */
Napi::Value write(Napi::Env env, const std::vector<Probed>& probed);
Napi::Value write(Napi::Env env, const ExitStatus& status);
/** An Error with `code`, `errno` (negative, as Node has it) and `syscall`; null when there is none. */
Napi::Value write(Napi::Env env, const SystemError& error);

template <typename... Values>
void Callback::operator()(const Values&... values) const {
  const Napi::Env env = function_->Env();
  const Napi::HandleScope scope(env);
  call({write(env, values)...});
}

void throw_error(Napi::Env env, const SystemError& error);
void throw_bad_argument(Napi::Env env, size_t index);

template <typename... Values, size_t... Index>
bool read_all(const Napi::CallbackInfo& info, std::tuple<Values...>& values, std::index_sequence<Index...>) {
  size_t bad = sizeof...(Values);
  (void)((read(info[Index], std::get<Index>(values)) || (bad = Index, false)) && ...);
  if (bad < sizeof...(Values)) throw_bad_argument(info.Env(), bad);
  return bad == sizeof...(Values);
}

template <typename T>
Napi::Value answer(Napi::Env env, Result<T> result) {
  if (result) return write(env, *result);
  throw_error(env, result.error());
  return env.Undefined();
}

template <typename T, typename... Values>
Napi::Value invoke(const Napi::CallbackInfo& info, Result<T> (*function)(Values...)) {
  std::tuple<std::remove_cvref_t<Values>...> values;
  if (!read_all(info, values, std::index_sequence_for<Values...>())) return info.Env().Undefined();
  return answer(info.Env(), std::apply(function, std::move(values)));
}

/** A function that needs the state of this instance of the addon has it as its first parameter. */
template <typename T, typename... Values>
Napi::Value invoke(const Napi::CallbackInfo& info, Result<T> (*function)(Addon&, Values...)) {
  std::tuple<std::remove_cvref_t<Values>...> values;
  if (!read_all(info, values, std::index_sequence_for<Values...>())) return info.Env().Undefined();
  Addon& addon = *info.Env().GetInstanceData<Addon>();
  auto call = [&](auto&&... given) { return function(addon, std::forward<decltype(given)>(given)...); };
  return answer(info.Env(), std::apply(call, std::move(values)));
}

template <auto function>
Napi::Value bind(const Napi::CallbackInfo& info) {
  return invoke(info, function);
}

}  // namespace tsjail
