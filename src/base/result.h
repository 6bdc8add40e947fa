// Result<T>: a value or an Error. The only way failure travels inside Souk; no exception crosses a room.
#pragma once

#include <fmt/core.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace souk {

// What kind of failure it is; decides the exit code, the HTTP status and whether a retry makes sense.
enum class Code {
  kInvalid,        // the request or the input is wrong; the user can mend it
  kNotFound,       // the named object does not exist
  kAlreadyExists,  // the object exists and must not
  kCorrupt,        // stored bytes are not what was written
  kIo,             // the disk or the network failed
  kTimeout,        // it took longer than it may
  kUnavailable,    // a part is not reachable now; trying again may help
  kDenied,         // not permitted
  kUnsupported,    // known, and not possible here
  kCancelled,      // stopped by request
};

const char* CodeName(Code code);

// `message` says what failed, on which object, and what to do; one sentence or two, no trailing newline.
struct Error {
  Code code = Code::kInvalid;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

template <typename... Args>
[[nodiscard]] tl::unexpected<Error> Fail(Code code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

// Puts "prefix: " before the message of an error that came from below.
[[nodiscard]] inline tl::unexpected<Error> Wrap(const Error& error, std::string_view prefix) {
  return tl::unexpected<Error>(Error{error.code, fmt::format("{}: {}", prefix, error.message)});
}

}  // namespace souk

#define SOUK_CONCAT_INNER(a, b) a##b
#define SOUK_CONCAT(a, b) SOUK_CONCAT_INNER(a, b)
#define SOUK_TRY_INNER(tmp, decl, ...)                     \
  auto tmp = (__VA_ARGS__);                                \
  if (!tmp) return tl::unexpected(std::move(tmp).error()); \
  decl = *std::move(tmp)

// TRY(auto x, Call()): x gets the value, or the function returns the error.
#define TRY(decl, ...) SOUK_TRY_INNER(SOUK_CONCAT(souk_try_, __LINE__), decl, __VA_ARGS__)
// TRY_STATUS(Call()): goes on when it worked, or the function returns the error.
#define TRY_STATUS(...)                                      \
  do {                                                       \
    if (auto souk_status = (__VA_ARGS__); !souk_status)      \
      return tl::unexpected(std::move(souk_status).error()); \
  } while (false)
