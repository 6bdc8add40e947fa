#include "generate/history.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "base/files.h"
#include "generate/figures.h"
#include "generate/rows.h"
#include "generate/truth.h"

namespace fs = std::filesystem;

namespace souk::generate {
namespace {

constexpr uint64_t kMaxUsers = 50'000'000;
constexpr uint64_t kMaxProducts = 1'000'000;
constexpr uint64_t kMaxRecords = 100'000'000'000;
constexpr int kMaxThreads = 64;
constexpr uint32_t kBatch = 4096;  // rows between two looks at whether to stop
constexpr std::string_view kTruth = "truth.json";
constexpr std::array<std::string_view, 4> kFolders = {"users", "products", "transactions", "clickstream"};

Status CheckOptions(const HistoryOptions& o) {
  if (o.directory.empty()) return Fail(Code::kInvalid, "no directory given for the generated shop");
  if (o.users < 1 || o.users > kMaxUsers) {
    return Fail(Code::kInvalid, "the number of users must be between 1 and {}, not {}", kMaxUsers, o.users);
  }
  if (o.products < 1 || o.products > kMaxProducts) {
    return Fail(Code::kInvalid, "the number of products must be between 1 and {}, not {}", kMaxProducts,
                o.products);
  }
  if (o.transactions > kMaxRecords || o.events > kMaxRecords) {
    return Fail(Code::kInvalid, "at most {} transactions and as many events can be generated", kMaxRecords);
  }
  if (o.events < o.transactions) {
    return Fail(Code::kInvalid,
                "{} events are fewer than {} transactions; a shop has more clicks than order lines: "
                "ask for more events, or for fewer transactions",
                o.events, o.transactions);
  }
  auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (o.currency.size() != 3 || !std::all_of(o.currency.begin(), o.currency.end(), upper)) {
    return Fail(Code::kInvalid, "unknown currency \"{}\"; give a code of three letters such as EUR",
                o.currency);
  }
  if (o.threads < 1 || o.threads > kMaxThreads) {
    return Fail(Code::kInvalid, "the number of threads must be between 1 and {}, not {}", kMaxThreads,
                o.threads);
  }
  return {};
}

// What is in the directory that a generated shop does not have; "" = nothing.
Result<std::string> ForeignEntry(const std::string& directory, bool& empty) {
  std::error_code error;
  fs::directory_iterator it(directory, error), end;
  empty = it == end;
  for (; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    bool ours =
        std::find(kFolders.begin(), kFolders.end(), name) != kFolders.end() || name.starts_with(kTruth);
    if (!ours) return name;
  }
  if (error) return Fail(Code::kIo, "cannot read directory {}: {}", directory, error.message());
  return std::string();
}

// Takes away a shop, a half-written one too. truth.json goes first: without it no shop is complete.
Status RemoveShop(const std::string& directory) {
  TRY_STATUS(RemoveTree(fmt::format("{}/{}", directory, kTruth)));
  for (std::string_view folder : kFolders) TRY_STATUS(RemoveTree(fmt::format("{}/{}", directory, folder)));
  return {};
}

Status PrepareDirectory(const HistoryOptions& o) {
  if (PathExists(o.directory) && !IsDirectory(o.directory)) {
    return Fail(Code::kInvalid, "cannot generate into {}: it is not a directory", o.directory);
  }
  TRY_STATUS(CreateDirectories(o.directory));
  bool empty = false;
  TRY(std::string foreign, ForeignEntry(o.directory, empty));
  if (empty) return {};
  if (!foreign.empty()) {
    return Fail(Code::kAlreadyExists,
                "cannot generate into {}: it holds other files ({}); choose another directory", o.directory,
                foreign);
  }
  if (!o.overwrite) {
    return Fail(Code::kAlreadyExists,
                "cannot generate into {}: it holds a shop already; use --overwrite, or choose "
                "another directory",
                o.directory);
  }
  return RemoveShop(o.directory);
}

// All that the slices are made from; nothing in it changes while they are.
struct Shop {
  Shop(const HistoryOptions& o, std::vector<CalendarDay> calendar)
      : options(o),
        days(std::move(calendar)),
        catalog(o.seed, static_cast<uint32_t>(o.products), days.front().date.month,
                days.back().month_index + 1),
        customers(o.seed, static_cast<uint32_t>(o.users), catalog, days.front().begin, days.back().end),
        orders(o.seed, days, catalog, customers),
        ledger(days.size(), catalog.size(), customers.count()) {}

  const HistoryOptions& options;
  std::vector<CalendarDay> days;
  Catalog catalog;
  Customers customers;
  OrderMaker orders;
  Plan plan;
  Ledger ledger;
};

// The work, taken piece by piece by any number of threads: the users, the products, and then every slice.
class Production {
 public:
  Production(Shop& shop, Progress& progress) : shop_(shop), progress_(progress) {}

  Result<HistorySummary> Run();

 private:
  // One thread's writers and memory.
  struct Bench {
    std::unique_ptr<RowWriter> transactions;
    std::unique_ptr<RowWriter> clicks;
    Visits visits;
    Tally tally;
    std::vector<Order> returns;
  };

  void Work();
  Status MakeUsers();
  Status MakeProducts();
  Status MakeSlice(Bench& bench, const Slice& slice);
  void WriteOrders(Bench& bench, const Slice& slice, const DayRhythm& rhythm);
  void CollectReturns(Bench& bench, const Slice& slice, const DayRhythm& rhythm) const;
  Result<std::string> FileFor(std::string_view folder, const Slice& slice, FileFormat format) const;
  Status Finish(RowWriter& writer);

  Shop& shop_;
  Progress& progress_;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  Status status_;           // the first failure
  HistorySummary summary_;  // files and bytes
};

Result<HistorySummary> Production::Run() {
  std::vector<std::thread> threads;
  try {
    for (int i = 1; i < shop_.options.threads; ++i) threads.emplace_back([this] { Work(); });
  } catch (const std::system_error&) {
    // Fewer threads are enough; this one always works.
  }
  Work();
  for (std::thread& thread : threads) thread.join();
  if (!status_) return tl::unexpected(status_.error());
  return summary_;
}

void Production::Work() {
  const HistoryOptions& o = shop_.options;
  Bench bench;
  bench.transactions = MakeRowWriter(o.transactions_format, TransactionColumns(o.currency));
  bench.clicks = MakeRowWriter(o.clickstream_format, ClickColumns());
  const std::vector<Slice>& slices = shop_.plan.slices();
  while (!stop_) {
    size_t piece = next_++;
    if (piece >= slices.size() + 2) break;
    Status done = piece == 0   ? MakeUsers()
                  : piece == 1 ? MakeProducts()
                               : MakeSlice(bench, slices[piece - 2]);
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
  // A line is worth some 60, and activity has the mean 0.13.
  double spend = 6000.0 * static_cast<double>(o.transactions) / static_cast<double>(o.users) / 0.13;
  for (uint32_t user = 0; user < o.users;) {
    uint32_t end = static_cast<uint32_t>(std::min<uint64_t>(o.users, uint64_t{user} + kBatch));
    progress_.Advance(end - user);
    for (; user < end; ++user)
      WriteUser(*writer, o.seed, shop_.customers, user, spend, shop_.days.back().end);
    if (stop_ || progress_.Cancelled()) break;
  }
  return Finish(*writer);
}

Status Production::MakeProducts() {
  const HistoryOptions& o = shop_.options;
  std::string folder = o.directory + "/products";
  TRY_STATUS(CreateDirectories(folder));
  auto writer = MakeRowWriter(o.entities_format, ProductColumns(o.currency));
  writer->Begin(fmt::format("{}/products.{}", folder, FormatName(o.entities_format)));
  for (uint32_t product = 0; product < o.products; ++product) {
    WriteProduct(*writer, o.seed, shop_.catalog, product, shop_.days.front().begin, shop_.days.back().end);
  }
  progress_.Advance(o.products);
  return Finish(*writer);
}

Result<std::string> Production::FileFor(std::string_view folder, const Slice& slice,
                                        FileFormat format) const {
  const Day& day = shop_.days[slice.day].date;
  std::string directory =
      fmt::format("{}/{}/{:04}/{:02}/{:02}", shop_.options.directory, folder, day.year, day.month, day.day);
  TRY_STATUS(CreateDirectories(directory));
  return fmt::format("{}/part-{:05}.{}", directory, slice.part, FormatName(format));
}

Status Production::MakeSlice(Bench& bench, const Slice& slice) {
  const HistoryOptions& o = shop_.options;
  DayRhythm rhythm(shop_.days[slice.day], o.seed);
  if (slice.lines > 0) {
    TRY(std::string path, FileFor("transactions", slice, o.transactions_format));
    bench.transactions->Begin(path);
    WriteOrders(bench, slice, rhythm);
    TRY_STATUS(Finish(*bench.transactions));
    progress_.Advance(slice.lines);
    TRY_STATUS(progress_.CheckCancelled());
  }
  if (slice.events > 0) {
    TRY(std::string path, FileFor("clickstream", slice, o.clickstream_format));
    bench.visits.Make(shop_.orders, slice, rhythm);
    bench.clicks->Begin(path);
    for (size_t i = 0; i < bench.visits.size(); ++i) {
      WriteClick(*bench.clicks, o.seed, shop_.catalog, slice, bench.visits, i);
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
    shop_.orders.TurnIntoReturn(order, line, rhythm);
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
    shop_.ledger.AddOrder(bench.tally, shop_.catalog, order);
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

Result<HistorySummary> Produce(const HistoryOptions& options, std::vector<CalendarDay> days,
                               Progress& progress) {
  progress.Stage("planning", 0, "days");
  Shop shop(options, std::move(days));
  TRY(shop.plan, Plan::Make(shop.orders, options.transactions, options.events, progress));
  progress.Stage("generating", options.users + options.products + options.transactions + options.events,
                 "records");
  TRY(HistorySummary summary, Production(shop, progress).Run());
  summary.users = options.users;
  summary.products = options.products;
  summary.transactions = options.transactions;
  summary.events = options.events;
  std::string truth = TruthJson(options, shop.days, shop.catalog, shop.ledger);
  TRY_STATUS(WriteFileAtomic(fmt::format("{}/{}", options.directory, kTruth), truth));
  ++summary.files;
  summary.bytes += truth.size();
  return summary;
}

}  // namespace

Result<HistorySummary> GenerateHistory(const HistoryOptions& options, Progress& progress) {
  TRY_STATUS(CheckOptions(options));
  TRY(std::vector<CalendarDay> days,
      MakeCalendar(options.first_day, options.last_day, options.time_zone, options.seed));
  TRY_STATUS(PrepareDirectory(options));
  Result<HistorySummary> summary = Produce(options, std::move(days), progress);
  if (!summary) {
    // Half a shop is none. What cannot be removed either is left without truth.json.
    (void)RemoveShop(options.directory);
  }
  return summary;
}

}  // namespace souk::generate
