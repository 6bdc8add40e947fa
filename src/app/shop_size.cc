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

Status SetShopDays(const std::string& first_day, const std::string& last_day, const Clock& clock,
                   generate::HistoryOptions& options) {
  options.last_day = DayFromDays(clock.Now() / kMicrosPerDay - 1);
  if (!last_day.empty()) {
    TRY(options.last_day, ParseDay(last_day));
  }
  options.first_day = DayFromDays(DaysFromDay(options.last_day) - 364);
  if (!first_day.empty()) {
    TRY(options.first_day, ParseDay(first_day));
  }
  return {};
}

}  // namespace souk::app
