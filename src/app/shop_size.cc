#include "app/shop_size.h"

namespace souk::app {

Status SetShopSize(const std::string& size, generate::HistoryOptions& options) {
  if (size == "small") {
    options.users = 2'000, options.products = 500, options.transactions = 20'000, options.events = 40'000;
  } else if (size == "default") {
    options.users = 100'000, options.products = 10'000, options.transactions = 500'000,
    options.events = 1'000'000;
  } else if (size == "large") {
    options.users = 1'000'000, options.products = 50'000, options.transactions = 5'000'000,
    options.events = 10'000'000;
  } else {
    return Fail(Code::kInvalid, "--size {}: use small, default or large", size);
  }
  return {};
}

}  // namespace souk::app
