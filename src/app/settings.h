// The one table of settings, and how their values are found: defaults, the data directory's, souk.toml,
// --set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/options.h"

namespace souk::app {

// The file of settings inside a data directory (souk demo writes one); souk.toml and --set win over it.
inline constexpr const char* kDirectorySettings = "souk.toml";

// Every setting with its default, unit and meaning; `souk config docs` prints it.
const std::vector<OptionSpec>& SettingTable();

struct SettingSources {
  std::string config_path = "souk.toml";
  bool config_given = false;      // a missing file is an error only when it was asked for
  std::vector<std::string> sets;  // "section.key=value"
};

// Values of the form ${NAME} are taken from the environment, "file:/path" of a secret from that file.
Result<Settings> LoadSettings(const SettingSources& sources);

}  // namespace souk::app
