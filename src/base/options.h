// Settings: one table says every setting's key, kind, default, unit and meaning; a Settings object holds the
// values. The table itself is app/settings.cc; the parts get plain option structs made from it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace souk {

enum class OptionKind { kText, kInt, kBool, kBytes, kDuration, kList, kChoice };

struct OptionSpec {
  std::string_view key;  // "web.port"
  OptionKind kind;
  std::string_view default_value;  // as a user would write it; "" = none
  std::string_view unit;           // "ms", "bytes", "IANA name", …; "" = none
  std::string_view help;           // one plain sentence
  std::string_view choices = {};   // kChoice: "a|b|c"
  bool secret = false;             // never shown
};

// Values of all options. Bytes are written "64MB" (powers of 1024 for KiB/MiB/GiB, of 1000 for KB/MB/GB),
// durations "250ms", "10s", "5m", "2h", "7d"; lists are comma-separated. Not thread-safe while being changed.
class Settings {
 public:
  // `specs` must outlive the object.
  explicit Settings(const std::vector<OptionSpec>& specs);

  // Fails with the nearest known key when `key` is unknown, and when `value` does not fit the kind.
  // `origin` ("souk.toml line 4", "--set") is shown by `souk config show` and in errors.
  Status Set(std::string_view key, std::string_view value, std::string_view origin);

  const std::vector<OptionSpec>& specs() const { return *specs_; }
  // The getters abort on a key that is not in the table or of another kind: that is a programmer's error.
  const std::string& Text(std::string_view key) const;
  int64_t Int(std::string_view key) const;
  bool Bool(std::string_view key) const;
  uint64_t Bytes(std::string_view key) const;
  int64_t DurationMs(std::string_view key) const;
  std::vector<std::string> List(std::string_view key) const;
  const std::string& Origin(std::string_view key) const;  // "default" when nobody set it

 private:
  struct Value {
    const OptionSpec* spec;
    std::string text;
    std::string origin;
  };
  const Value& Get(std::string_view key, OptionKind kind) const;

  const std::vector<OptionSpec>* specs_;
  std::map<std::string, Value, std::less<>> values_;
};

Result<uint64_t> ParseBytes(std::string_view text);
Result<int64_t> ParseDurationMs(std::string_view text);
// The word of `known` nearest to `word` by edit distance, or "" when none is near.
std::string NearestWord(std::string_view word, const std::vector<std::string>& known);

}  // namespace souk
