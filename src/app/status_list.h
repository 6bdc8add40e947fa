// souk status: how the running platform is.
#pragma once

#include "base/options.h"
#include "base/progress.h"
#include "sql/database.h"

namespace souk::app {

// Rows (part, name, value): the program, its services, the stream, the last build, the topics. kUnavailable
// when no `souk up` with its page runs for the data directory.
Result<sql::Table> PlatformStatus(const Settings& settings);

}  // namespace souk::app
