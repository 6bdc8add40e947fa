// The sizes that a simulated shop comes in.
#pragma once

#include <string>

#include "generate/history.h"

namespace souk::app {

// "small", "default" or "large": sets users, products, transactions and events.
Status SetShopSize(const std::string& size, generate::HistoryOptions& options);

}  // namespace souk::app
