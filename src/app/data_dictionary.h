// The data dictionary: all records, tables, figures and reports, from schemas/ and models/.
#pragma once

#include <string>

#include "base/options.h"

namespace souk::app {

// As Markdown: docs/data_dictionary.md is that of the built-in models under the default settings. kInvalid
// names the file of a model or report that cannot be read.
Result<std::string> DataDictionary(const Settings& settings);

}  // namespace souk::app
