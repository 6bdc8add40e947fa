// The simulator as the command line drives it: the shop in its sizes, and the logs of its application.
#pragma once

#include <string>

#include "generate/app_logs.h"
#include "generate/history.h"

namespace souk::app {

// "small", "default" or "large": sets users, products, transactions and events.
Status SetShopSize(const std::string& size, generate::HistoryOptions& options);
// The shop's first and last day. "": a year before the last day, and yesterday, so that pages show days
// people know.
Status SetShopDays(const std::string& first_day, const std::string& last_day, const Clock& clock,
                   generate::HistoryOptions& options);

}  // namespace souk::app
