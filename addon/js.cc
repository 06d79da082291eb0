// Values between JavaScript and C++: see js.h.
#include "js.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "error_names.h"

namespace tsjail {

namespace {

template <typename Integer>
bool read_integer(const Napi::Value& value, Integer& integer) {
  double number = 0;
  if (::napi_get_value_double(value.Env(), value, &number) != napi_ok) return false;
  if (number != std::trunc(number) || number < double{std::numeric_limits<Integer>::min()} ||
      number > double{std::numeric_limits<Integer>::max()}) {
    return false;
  }
  integer = static_cast<Integer>(number);
  return true;
}

template <typename T>
bool read_list(const Napi::Value& value, std::vector<T>& list) {
  if (!value.IsArray()) return false;
  const auto array = value.As<Napi::Array>();
  list.resize(array.Length());
  for (uint32_t i = 0; i < list.size(); i++) {
    if (!tsjail::read(array.Get(i), list[i])) return false;
  }
  return true;
}

Napi::Object object(Napi::Env env, std::initializer_list<std::pair<const char*, napi_value>> fields) {
  Napi::Object made = Napi::Object::New(env);
  for (const auto& [name, value] : fields) made.Set(name, value);
  return made;
}

/** Near enough: what a plan has of its own besides is short. */
int64_t bytes_of(const Order& order) {
  return static_cast<int64_t>(sizeof order + order.plan.capacity() + order.cgroup.capacity());
}

}  // namespace

void Callback::call(const std::vector<napi_value>& values) const {
  const Napi::Env env = function_->Env();
  napi_value result;
  if (::napi_make_callback(env, nullptr, env.Global(), function_->Value(), values.size(), values.data(),
                           &result) == napi_ok) {
    return;
  }
  napi_value thrown;
  if (::napi_get_and_clear_last_exception(env, &thrown) == napi_ok) ::napi_fatal_exception(env, thrown);
}

bool read(const Napi::Value& value, int& number) { return read_integer(value, number); }

bool read(const Napi::Value& value, uint32_t& number) { return read_integer(value, number); }

bool read(const Napi::Value& value, uint64_t& number) {
  if (!value.IsNumber()) return false;
  const double given = value.As<Napi::Number>().DoubleValue();
  if (!(given >= 0)) return false;
  number = given >= 0x1p64 ? UINT64_MAX : static_cast<uint64_t>(given);
  return true;
}

bool read(const Napi::Value& value, bool& flag) {
  if (!value.IsBoolean()) return false;
  flag = value.As<Napi::Boolean>().Value();
  return true;
}

bool read(const Napi::Value& value, std::string& text) {
  if (!value.IsString()) return false;
  text = value.As<Napi::String>().Utf8Value();
  return true;
}

bool read(const Napi::Value& value, std::span<uint8_t>& bytes) {
  napi_typedarray_type type;
  size_t length = 0;
  void* data = nullptr;
  if (::napi_get_typedarray_info(value.Env(), value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    return false;
  }
  bytes = std::span<uint8_t>(static_cast<uint8_t*>(data), length);
  return true;
}

bool read(const Napi::Value& value, std::vector<int>& numbers) { return read_list(value, numbers); }

bool read(const Napi::Value& value, std::vector<std::string>& texts) { return read_list(value, texts); }

bool read(const Napi::Value& value, std::shared_ptr<const Order>& order) {
  if (!value.IsExternal()) return false;
  order = *value.As<Napi::External<std::shared_ptr<const Order>>>().Data();
  return true;
}

bool read(const Napi::Value& value, Callback& callback) {
  if (!value.IsFunction()) return false;
  callback = Callback(value.As<Napi::Function>());
  return true;
}

Napi::Value write(Napi::Env env, Done) { return env.Undefined(); }
Napi::Value write(Napi::Env env, bool flag) { return Napi::Boolean::New(env, flag); }
Napi::Value write(Napi::Env env, int number) { return Napi::Number::New(env, number); }
Napi::Value write(Napi::Env env, uint32_t number) { return Napi::Number::New(env, number); }
Napi::Value write(Napi::Env env, int64_t number) {
  return Napi::Number::New(env, static_cast<double>(number));
}
Napi::Value write(Napi::Env env, std::shared_ptr<const Order>& order) {
  using Kept = std::shared_ptr<const Order>;
  auto kept = std::make_unique<Kept>(std::move(order));
  // Else V8 would take it for a few bytes, and not hurry to collect the orders of plans that are no more.
  Napi::MemoryManagement::AdjustExternalMemory(env, bytes_of(**kept));
  return Napi::External<Kept>::New(env, kept.release(), [](Napi::Env of, Kept* dropped) {
    Napi::MemoryManagement::AdjustExternalMemory(of, -bytes_of(**dropped));
    delete dropped;
  });
}
Napi::Value write(Napi::Env env, const std::string& bytes) {
  napi_value text;
  // It has no other way to fail than for want of memory, which ends the process.
  if (::napi_create_string_latin1(env, bytes.data(), bytes.size(), &text) != napi_ok) return env.Null();
  return {env, text};
}

Napi::Value write(Napi::Env env, UniqueFd& fd) { return write(env, fd.release()); }

Napi::Value write(Napi::Env env, FdPair& pair) {
  Napi::Array array = Napi::Array::New(env, 2);
  array.Set(0U, write(env, pair.first));
  array.Set(1U, write(env, pair.second));
  return array;
}

/** Elements: a name would be made anew each time. */
Napi::Value write(Napi::Env env, Connections& connections) {
  Napi::Array array = Napi::Array::New(env, 2);
  array.Set(0U, write(env, connections.control));
  array.Set(1U, write(env, connections.output));
  return array;
}

Napi::Value write(Napi::Env env, Lease lease) {
  const char* name = lease == Lease::free ? "free" : lease == Lease::busy ? "busy" : "unsupported";
  return Napi::String::New(env, name);
}

Napi::Value write(Napi::Env env, const std::vector<pid_t>& pids) {
  Napi::Array array = Napi::Array::New(env, pids.size());
  for (uint32_t i = 0; i < pids.size(); i++) array.Set(i, write(env, pids[i]));
  return array;
}

Napi::Value write(Napi::Env env, const std::vector<double>& numbers) {
  Napi::Float64Array array = Napi::Float64Array::New(env, numbers.size());
  std::copy(numbers.begin(), numbers.end(), array.Data());
  return array;
}

Napi::Value write(Napi::Env env, const std::vector<int64_t>& numbers) {
  Napi::BigInt64Array array = Napi::BigInt64Array::New(env, numbers.size());
  std::copy(numbers.begin(), numbers.end(), array.Data());
  return array;
}

Napi::Value write(Napi::Env env, const ConfigCopies& copies) {
  Napi::Array array = Napi::Array::New(env, 2);
  array.Set(0U, write(env, copies.facts));
  array.Set(1U, Napi::Buffer<char>::Copy(env, copies.bytes.data(), copies.bytes.size()));
  return array;
}

Napi::Value write(Napi::Env env, const std::optional<int>& number) {
  return number ? write(env, *number) : env.Null();
}

Napi::Value write(Napi::Env env, const std::optional<Message>& message) {
  if (!message) return env.Null();
  const auto data = Napi::String::New(env, message->data);
  return object(env, {{"data", data}, {"pid", write(env, message->pid)}});
}

Napi::Value write(Napi::Env env, std::optional<TrustedMessage>& trusted) {
  if (!trusted) return env.Null();
  const auto& [message, fd] = *trusted;
  const auto data = Napi::String::New(env, message.data);
  return object(
      env, {{"data", data}, {"pid", write(env, message.pid)}, {"fd", write(env, trusted->fd.release())}});
}

Napi::Value write(Napi::Env env, const std::optional<Datagram>& datagram) {
  if (!datagram) return env.Null();
  const auto data = Napi::Buffer<char>::Copy(env, datagram->data.data(), datagram->data.size());
  return object(env, {{"data", data},
                      {"cut", write(env, datagram->cut)},
                      {"pid", write(env, datagram->pid)},
                      {"uid", write(env, datagram->uid)}});
}

Napi::Value write(Napi::Env env, const Peer& peer) {
  return object(
      env, {{"pid", write(env, peer.pid)}, {"uid", write(env, peer.uid)}, {"gid", write(env, peer.gid)}});
}

Napi::Value write(Napi::Env env, const Features& features) {
  return object(env, {{"clone3", write(env, features.clone3)},
                      {"intoCgroup", write(env, features.into_cgroup)},
                      {"closeRange", write(env, features.close_range)}});
}

Napi::Value write(Napi::Env env, const std::vector<Probed>& probed) {
  Napi::Object all = Napi::Object::New(env);
  for (const auto& [name, error, value] : probed) {
    const Napi::Value code = error == 0 ? env.Null() : Napi::String::New(env, error_name(error));
    all.Set(name, object(env, {{"error", code}, {"value", write(env, value)}}));
  }
  return all;
}

Napi::Value write(Napi::Env env, const ExitStatus& status) {
  return object(env, {{"code", write(env, status.code)},
                      {"signal", write(env, status.signal)},
                      {"core", write(env, status.core)},
                      {"userUsec", write(env, status.user_usec)},
                      {"systemUsec", write(env, status.system_usec)},
                      {"maxRssKib", write(env, status.max_rss_kib)}});
}

Napi::Value write(Napi::Env env, const SystemError& error) {
  if (error.number == 0) return env.Null();
  const std::string code = error_name(error.number);
  const std::string subject = error.object.empty() ? "" : " " + error.object;
  const Napi::Error made =
      Napi::Error::New(env, error.syscall + subject + ": " + code + " (" + ::strerror(error.number) + ")");
  Napi::Object fields = made.Value();
  fields.Set("code", Napi::String::New(env, code));
  fields.Set("errno", Napi::Number::New(env, -error.number));
  fields.Set("syscall", Napi::String::New(env, error.syscall));
  return fields;
}

void throw_error(Napi::Env env, const SystemError& error) { ::napi_throw(env, write(env, error)); }

void throw_bad_argument(Napi::Env env, size_t index) {
  // A getter or proxy in it threw: that is the better message.
  if (env.IsExceptionPending()) return;
  const std::string message = "argument " + std::to_string(index + 1) + " is not of the right type";
  ::napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", message.c_str());
}

}  // namespace tsjail
