#include "generate/production.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/files.h"
#include "generate/rows.h"
#include "generate/stock.h"

namespace souk::generate {
namespace {

constexpr uint32_t kBatch = 4096;  // rows between two looks at whether to stop

// One thread's writers and memory.
struct Bench {
  std::unique_ptr<RowWriter> transactions;
  std::unique_ptr<RowWriter> clicks;
  Visits visits;
  Tally tally;
  std::vector<Order> returns;
};

// The work, taken piece by piece by any number of threads: the users and their changes, every slice, and at
// last the products and their changes, whose stock follows from what was sold.
class Production {
 public:
  Production(Shop& shop, std::vector<int32_t>& stock, Progress& progress)
      : shop_(shop), stock_(stock), progress_(progress) {}

  Result<HistorySummary> Run();

 private:
  // Piece 0 … count − 1, each by one thread.
  using Piece = std::function<Status(Bench& bench, size_t piece)>;
  Status Share(size_t count, const Piece& make);
  void Work(size_t count, const Piece& make);
  Status MakeUsers();
  Status MakeUserChanges(const ChangePiece& piece);
  Status MakeProducts();
  Status MakeProductChanges(const ChangePiece& piece);
  // One file per day of the changes, with a row per change.
  Status WriteChanges(std::string_view folder, std::unique_ptr<RowWriter> writer, const ChangePiece& piece,
                      const std::vector<Change>& changes,
                      const std::function<void(RowWriter&, const Change&)>& write);
  Status MakeSlice(Bench& bench, const Slice& slice);
  void WriteOrders(Bench& bench, const Slice& slice, const DayRhythm& rhythm);
  void CollectReturns(Bench& bench, const Slice& slice, const DayRhythm& rhythm) const;
  Result<std::string> FileFor(std::string_view folder, uint32_t day, uint32_t part, FileFormat format) const;
  // What a customer of mean activity spends per day, in cents.
  double DailySpend() const;
  Status Finish(RowWriter& writer);

  Shop& shop_;
  std::vector<int32_t>& stock_;
  Progress& progress_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  Status status_;           // the first failure
  HistorySummary summary_;  // files and bytes
};

Result<HistorySummary> Production::Run() {
  const std::vector<Slice>& slices = shop_.plan.slices();
  const std::vector<ChangePiece>& users = shop_.user_changes.pieces;
  TRY_STATUS(Share(1 + users.size() + slices.size(), [&](Bench& bench, size_t piece) {
    if (piece == 0) return MakeUsers();
    if (piece <= users.size()) return MakeUserChanges(users[piece - 1]);
    return MakeSlice(bench, slices[piece - 1 - users.size()]);
  }));
  stock_ = StockLevels(shop_.assortment, shop_.ledger, shop_.options.seed);
  const std::vector<ChangePiece>& products = shop_.product_changes.pieces;
  TRY_STATUS(Share(1 + products.size(), [&](Bench&, size_t piece) {
    return piece == 0 ? MakeProducts() : MakeProductChanges(products[piece - 1]);
  }));
  return summary_;
}

Status Production::Share(size_t count, const Piece& make) {
  next_ = 0;
  std::vector<std::thread> threads;
  try {
    for (int i = 1; i < shop_.options.threads; ++i) threads.emplace_back([&] { Work(count, make); });
  } catch (const std::system_error&) {
    // Fewer threads are enough; this one always works.
  }
  Work(count, make);
  for (std::thread& thread : threads) thread.join();
  return status_;
}

void Production::Work(size_t count, const Piece& make) {
  const HistoryOptions& o = shop_.options;
  Bench bench;
  bench.transactions = MakeRowWriter(o.transactions_format, TransactionColumns(o.currency));
  bench.clicks = MakeRowWriter(o.clickstream_format, ClickColumns());
  while (!stop_) {
    size_t piece = next_++;
    if (piece >= count) break;
    Status done = make(bench, piece);
    if (done) done = progress_.CheckCancelled();
    if (!done) {
      std::lock_guard lock(mutex_);
      if (status_) status_ = done;
      stop_ = true;
    }
  }
  shop_.ledger.FinishThread(bench.tally);
}

Status Production::Finish(RowWriter& writer) {
  TRY(uint64_t bytes, writer.Finish());
  std::lock_guard lock(mutex_);
  ++summary_.files;
  summary_.bytes += bytes;
  return {};
}

Status Production::MakeUsers() {
  const HistoryOptions& o = shop_.options;
  std::string folder = o.directory + "/users";
  TRY_STATUS(CreateDirectories(folder));
  auto writer = MakeRowWriter(o.entities_format, UserColumns());
  writer->Begin(fmt::format("{}/users.{}", folder, FormatName(o.entities_format)));
  double spend = DailySpend();
  for (uint32_t user = 0; user < o.users;) {
    uint32_t end = static_cast<uint32_t>(std::min<uint64_t>(o.users, uint64_t{user} + kBatch));
    progress_.Advance(end - user);
    for (; user < end; ++user)
      WriteUser(*writer, shop_.orders, user, shop_.customers.HistoryOf(user), 0, spend);
    if (stop_ || progress_.Cancelled()) break;
  }
  return Finish(*writer);
}

double Production::DailySpend() const {
  const HistoryOptions& o = shop_.options;
  // A line is worth some 60, and activity has the mean 0.13.
  return 6000.0 * static_cast<double>(o.transactions) / static_cast<double>(o.users) / 0.13 /
         static_cast<double>(shop_.days.size());
}

Status Production::WriteChanges(std::string_view folder, std::unique_ptr<RowWriter> writer,
                                const ChangePiece& piece, const std::vector<Change>& changes,
                                const std::function<void(RowWriter&, const Change&)>& write) {
  std::string below = fmt::format("{}/changes", folder);
  for (size_t i = 0; i < changes.size();) {
    uint32_t day = changes[i].day;
    TRY(std::string path, FileFor(below, day, piece.part, shop_.options.entities_format));
    writer->Begin(path);
    size_t first = i;
    for (; i < changes.size() && changes[i].day == day; ++i) write(*writer, changes[i]);
    TRY_STATUS(Finish(*writer));
    progress_.Advance(i - first);
    TRY_STATUS(progress_.CheckCancelled());
  }
  return {};
}

Status Production::MakeUserChanges(const ChangePiece& piece) {
  double spend = DailySpend();
  return WriteChanges("users", MakeRowWriter(shop_.options.entities_format, UserColumns()), piece,
                      UserChangesOf(shop_.customers, piece), [&](RowWriter& out, const Change& change) {
                        UserHistory history = shop_.customers.HistoryOf(change.thing);
                        WriteUser(out, shop_.orders, change.thing, history, change.version, spend);
                      });
}

Status Production::MakeProducts() {
  const HistoryOptions& o = shop_.options;
  std::string folder = o.directory + "/products";
  TRY_STATUS(CreateDirectories(folder));
  auto writer = MakeRowWriter(o.entities_format, ProductColumns(o.currency));
  writer->Begin(fmt::format("{}/products.{}", folder, FormatName(o.entities_format)));
  for (uint32_t product = 0; product < o.products; ++product) {
    uint32_t version = shop_.assortment.first_version(product);
    WriteProduct(*writer, shop_.orders, product, version, stock_[version]);
  }
  progress_.Advance(o.products);
  return Finish(*writer);
}

Status Production::MakeProductChanges(const ChangePiece& piece) {
  const HistoryOptions& o = shop_.options;
  return WriteChanges("products", MakeRowWriter(o.entities_format, ProductColumns(o.currency)), piece,
                      ProductChangesOf(shop_.assortment, piece), [&](RowWriter& out, const Change& change) {
                        uint32_t version = shop_.assortment.first_version(change.thing) + change.version;
                        WriteProduct(out, shop_.orders, change.thing, version, stock_[version]);
                      });
}

Result<std::string> Production::FileFor(std::string_view folder, uint32_t day, uint32_t part,
                                        FileFormat format) const {
  const Day& date = shop_.days[day].date;
  std::string directory = fmt::format("{}/{}/{:04}/{:02}/{:02}", shop_.options.directory, folder, date.year,
                                      date.month, date.day);
  TRY_STATUS(CreateDirectories(directory));
  return fmt::format("{}/part-{:05}.{}", directory, part, FormatName(format));
}

Status Production::MakeSlice(Bench& bench, const Slice& slice) {
  const HistoryOptions& o = shop_.options;
  DayRhythm rhythm(shop_.days[slice.day], o.seed);
  if (slice.lines > 0) {
    TRY(std::string path, FileFor("transactions", slice.day, slice.part, o.transactions_format));
    bench.transactions->Begin(path);
    WriteOrders(bench, slice, rhythm);
    TRY_STATUS(Finish(*bench.transactions));
    progress_.Advance(slice.lines);
    TRY_STATUS(progress_.CheckCancelled());
  }
  if (slice.events > 0) {
    TRY(std::string path, FileFor("clickstream", slice.day, slice.part, o.clickstream_format));
    bench.visits.Make(shop_.orders, slice, rhythm);
    bench.clicks->Begin(path);
    for (size_t i = 0; i < bench.visits.size(); ++i) {
      WriteClick(*bench.clicks, shop_.orders, slice, bench.visits, i);
    }
    TRY_STATUS(Finish(*bench.clicks));
    shop_.ledger.AddVisits(bench.tally, slice, bench.visits);
    progress_.Advance(slice.events);
  }
  shop_.ledger.FinishSlice(bench.tally, slice);
  return {};
}

void Production::CollectReturns(Bench& bench, const Slice& slice, const DayRhythm& rhythm) const {
  bench.returns.clear();
  shop_.plan.ForEachReturn(shop_.orders, slice, [&](Order& order, int line) {
    if (bench.returns.size() == slice.returns) return false;
    shop_.orders.TurnIntoReturn(order, line, slice.day, rhythm);
    bench.returns.push_back(order);
    return true;
  });
  std::sort(bench.returns.begin(), bench.returns.end(), [](const Order& a, const Order& b) {
    return a.time != b.time ? a.time < b.time : a.number < b.number;
  });
}

// Orders and returns in the order of time.
void Production::WriteOrders(Bench& bench, const Slice& slice, const DayRhythm& rhythm) {
  CollectReturns(bench, slice, rhythm);
  uint64_t number = slice.first_line;
  auto write = [&](const Order& order) {
    for (int i = 0; i < order.count; ++i)
      WriteTransaction(*bench.transactions, order, order.lines[i], number++);
    shop_.ledger.AddOrder(bench.tally, order);
  };
  auto next_return = bench.returns.begin();
  for (uint32_t i = 0; i < slice.orders; ++i) {
    Order order = shop_.orders.Make(slice, i);
    shop_.orders.Place(order, slice, i, rhythm);
    for (; next_return != bench.returns.end() && next_return->time < order.time; ++next_return)
      write(*next_return);
    write(order);
  }
  for (; next_return != bench.returns.end(); ++next_return) write(*next_return);
}

}  // namespace

Result<HistorySummary> ProduceFiles(Shop& shop, std::vector<int32_t>& stock, Progress& progress) {
  return Production(shop, stock, progress).Run();
}

}  // namespace souk::generate
