#include "generate/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/files.h"
#include "generate/rows.h"

namespace souk::generate {
namespace {

// Numbers of the rows that are taken out of `total`, in rising order.
class Choice {
 public:
  explicit Choice(uint64_t total) : total_(total), rows_(std::min(total, kSampleRows)) {}

  // True once for each number that is taken; the numbers must be asked for in rising order.
  bool Takes(uint64_t number) {
    if (taken_ == rows_ || number < Next()) return false;
    ++taken_;
    return true;
  }
  bool AnyIn(uint64_t first, uint64_t count) const { return taken_ < rows_ && Next() < first + count; }

 private:
  uint64_t Next() const { return static_cast<uint64_t>(static_cast<__uint128_t>(total_) * taken_ / rows_); }

  uint64_t total_, rows_, taken_ = 0;
};

class Sampler {
 public:
  Sampler(const Shop& shop, const std::string& directory) : shop_(shop), directory_(directory) {}

  Status Things(const std::vector<int32_t>& stock);
  Status Transactions(Progress& progress);
  Status Clicks(Progress& progress);
  uint64_t bytes() const { return bytes_; }

 private:
  std::unique_ptr<RowWriter> Begin(std::string_view name, std::vector<Column> columns) {
    auto writer = MakeRowWriter(FileFormat::kCsv, std::move(columns));
    writer->Begin(fmt::format("{}/{}.csv", directory_, name));
    return writer;
  }
  Status Finish(RowWriter& writer) {
    TRY(uint64_t bytes, writer.Finish());
    bytes_ += bytes;
    return {};
  }

  const Shop& shop_;
  std::string directory_;
  uint64_t bytes_ = 0;
};

Status Sampler::Things(const std::vector<int32_t>& stock) {
  const HistoryOptions& o = shop_.options;
  auto users = Begin("users", UserColumns());
  Choice user_choice(o.users);
  for (uint32_t user = 0; user < o.users; ++user) {
    if (!user_choice.Takes(user)) continue;
    WriteUser(*users, shop_.orders, user, shop_.customers.HistoryOf(user), 0, shop_.DailySpend());
  }
  TRY_STATUS(Finish(*users));
  auto products = Begin("products", ProductColumns(o.currency));
  Choice product_choice(o.products);
  for (uint32_t product = 0; product < o.products; ++product) {
    if (!product_choice.Takes(product)) continue;
    uint32_t version = shop_.assortment.first_version(product);
    WriteProduct(*products, shop_.orders, product, version, stock[version]);
  }
  return Finish(*products);
}

Status Sampler::Transactions(Progress& progress) {
  const HistoryOptions& o = shop_.options;
  auto out = Begin("transactions", TransactionColumns(o.currency));
  Choice choice(o.transactions);
  std::vector<Order> returns;
  for (const Slice& slice : shop_.plan.slices()) {
    TRY_STATUS(progress.CheckCancelled());
    if (!choice.AnyIn(slice.first_line, slice.lines)) continue;
    uint64_t number = slice.first_line;
    DayRhythm rhythm(shop_.days[slice.day], o.seed);
    shop_.plan.ForEachOrder(shop_.orders, slice, rhythm, returns, [&](const Order& order) {
      for (int i = 0; i < order.count; ++i, ++number) {
        if (choice.Takes(number)) WriteTransaction(*out, order, order.lines[i], number);
      }
    });
  }
  return Finish(*out);
}

Status Sampler::Clicks(Progress& progress) {
  const HistoryOptions& o = shop_.options;
  auto out = Begin("clickstream", ClickColumns());
  Choice choice(o.events);
  Visits visits;
  for (const Slice& slice : shop_.plan.slices()) {
    TRY_STATUS(progress.CheckCancelled());
    if (!choice.AnyIn(slice.first_event, slice.events)) continue;
    DayRhythm rhythm(shop_.days[slice.day], o.seed);
    visits.Make(shop_.orders, slice, rhythm);
    for (size_t i = 0; i < visits.size(); ++i) {
      uint64_t number = slice.first_event + i;
      if (!choice.Takes(number)) continue;
      const Event& event = visits.EventAt(i);
      WriteClick(*out, shop_.orders, slice,
                 {visits.sessions()[event.session], event, visits.TimeAt(i), number});
    }
  }
  return Finish(*out);
}

}  // namespace

Result<uint64_t> WriteSamples(const Shop& shop, const std::vector<int32_t>& stock,
                              const std::string& directory, Progress& progress) {
  TRY_STATUS(CreateDirectories(directory));
  progress.Stage("sampling", 0, "records");
  Sampler sampler(shop, directory);
  TRY_STATUS(sampler.Things(stock));
  TRY_STATUS(sampler.Transactions(progress));
  TRY_STATUS(sampler.Clicks(progress));
  return sampler.bytes();
}

}  // namespace souk::generate
