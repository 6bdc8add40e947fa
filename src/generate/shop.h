// All that a history is made from, and the counts that come out of it.
#pragma once

#include <vector>

#include "generate/assortment.h"
#include "generate/changes.h"
#include "generate/customers.h"
#include "generate/figures.h"
#include "generate/history.h"
#include "generate/order.h"
#include "generate/plan.h"

namespace souk::generate {

// Once the plans stand, only the ledger changes.
struct Shop {
  Shop(const HistoryOptions& o, std::vector<CalendarDay> calendar)
      : options(o),
        days(std::move(calendar)),
        catalog(o.seed, static_cast<uint32_t>(o.products), days.front().date.month,
                days.back().month_index + 1),
        assortment(o.seed, catalog, days),
        customers(o.seed, static_cast<uint32_t>(o.users), catalog, days),
        orders(o.seed, days, assortment, customers),
        ledger(days.size(), assortment, customers.count()) {}
  Shop(const Shop&) = delete;  // its parts know each other

  // What a customer of mean activity spends per day, in cents.
  double DailySpend() const {
    // A line is worth some 60, and activity has the mean 0.13.
    return 6000.0 * static_cast<double>(options.transactions) / static_cast<double>(options.users) / 0.13 /
           static_cast<double>(days.size());
  }

  const HistoryOptions& options;
  std::vector<CalendarDay> days;
  Catalog catalog;
  Assortment assortment;
  Customers customers;
  OrderMaker orders;
  Plan plan;
  ChangePlan user_changes;
  ChangePlan product_changes;
  Ledger ledger;
};

}  // namespace souk::generate
