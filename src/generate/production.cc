#include "generate/production.h"

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "generate/file_set.h"
#include "generate/rows.h"
#include "generate/slice_writer.h"
#include "generate/stock.h"

namespace souk::generate {
namespace {

constexpr uint32_t kBatch = 4096;  // rows between two looks at whether to stop

// The work, taken piece by piece by any number of threads: the users and their changes, every slice, and at
// last the products and their changes, whose stock follows from what was sold.
class Production {
 public:
  Production(Shop& shop, std::vector<int32_t>& stock, Progress& progress)
      : shop_(shop), stock_(stock), progress_(progress) {}

  Result<HistorySummary> Run();

 private:
  // Piece 0 … count − 1, each by one thread.
  using Piece = std::function<Status(SliceWriter& slices, size_t piece)>;
  Status Share(size_t count, const Piece& make);
  void Work(size_t count, const Piece& make);
  Status MakeUsers();
  Status MakeUserChanges(const ChangePiece& piece);
  Status MakeProducts();
  Status MakeProductChanges(const ChangePiece& piece);
  // One file per day of the changes, with a row per change.
  Status WriteChanges(std::string_view folder, std::unique_ptr<FileSet::Output> output,
                      const ChangePiece& piece, const std::vector<Change>& changes,
                      const std::function<void(RowWriter&, const Change&)>& write);

  Shop& shop_;
  std::vector<int32_t>& stock_;
  Progress& progress_;
  FileSet files_{shop_};
  std::atomic<size_t> next_{0};
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  Status status_;  // the first failure
};

Result<HistorySummary> Production::Run() {
  const std::vector<Slice>& slices = shop_.plan.slices();
  const std::vector<ChangePiece>& users = shop_.user_changes.pieces;
  TRY_STATUS(Share(1 + users.size() + slices.size(), [&](SliceWriter& writer, size_t piece) {
    if (piece == 0) return MakeUsers();
    if (piece <= users.size()) return MakeUserChanges(users[piece - 1]);
    return writer.Make(slices[piece - 1 - users.size()], progress_);
  }));
  stock_ = StockLevels(shop_.assortment, shop_.ledger, shop_.options.seed);
  const std::vector<ChangePiece>& products = shop_.product_changes.pieces;
  TRY_STATUS(Share(1 + products.size(), [&](SliceWriter&, size_t piece) {
    return piece == 0 ? MakeProducts() : MakeProductChanges(products[piece - 1]);
  }));
  HistorySummary summary;
  summary.files = files_.files();
  summary.bytes = files_.bytes();
  return summary;
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
  SliceWriter slices(shop_, files_);
  while (!stop_) {
    size_t piece = next_++;
    if (piece >= count) break;
    Status done = make(slices, piece);
    if (done) done = progress_.CheckCancelled();
    if (!done) {
      std::lock_guard lock(mutex_);
      if (status_) status_ = done;
      stop_ = true;
    }
  }
  shop_.ledger.FinishThread(slices.tally());
}

Status Production::MakeUsers() {
  const HistoryOptions& o = shop_.options;
  TRY(std::string path, files_.PathOf("users", "users", o.entities_format));
  auto output = files_.Writer(o.entities_format, UserColumns());
  RowWriter& writer = files_.Begin(*output, path);
  double spend = shop_.DailySpend();
  for (uint32_t user = 0; user < o.users;) {
    uint32_t end = static_cast<uint32_t>(std::min<uint64_t>(o.users, uint64_t{user} + kBatch));
    progress_.Advance(end - user);
    for (; user < end; ++user)
      WriteUser(writer, shop_.orders, user, shop_.customers.HistoryOf(user), 0, spend);
    if (stop_) return {};  // somebody else failed: half a file is none
    TRY_STATUS(progress_.CheckCancelled());
  }
  return files_.Finish(writer);
}

Status Production::WriteChanges(std::string_view folder, std::unique_ptr<FileSet::Output> output,
                                const ChangePiece& piece, const std::vector<Change>& changes,
                                const std::function<void(RowWriter&, const Change&)>& write) {
  std::string below = fmt::format("{}/changes", folder);
  for (size_t i = 0; i < changes.size();) {
    uint32_t day = changes[i].day;
    TRY(std::string path,
        files_.PathOf(below, day, fmt::format("part-{:05}", piece.part), shop_.options.entities_format));
    RowWriter& writer = files_.Begin(*output, path);
    size_t first = i;
    for (; i < changes.size() && changes[i].day == day; ++i) write(writer, changes[i]);
    TRY_STATUS(files_.Finish(writer));
    progress_.Advance(i - first);
    TRY_STATUS(progress_.CheckCancelled());
  }
  return {};
}

Status Production::MakeUserChanges(const ChangePiece& piece) {
  double spend = shop_.DailySpend();
  return WriteChanges("users", files_.Writer(shop_.options.entities_format, UserColumns()), piece,
                      UserChangesOf(shop_.customers, piece), [&](RowWriter& out, const Change& change) {
                        UserHistory history = shop_.customers.HistoryOf(change.thing);
                        WriteUser(out, shop_.orders, change.thing, history, change.version, spend);
                      });
}

Status Production::MakeProducts() {
  const HistoryOptions& o = shop_.options;
  TRY(std::string path, files_.PathOf("products", "products", o.entities_format));
  auto output = files_.Writer(o.entities_format, ProductColumns(o.currency));
  RowWriter& writer = files_.Begin(*output, path);
  for (uint32_t product = 0; product < o.products; ++product) {
    uint32_t version = shop_.assortment.first_version(product);
    WriteProduct(writer, shop_.orders, product, version, stock_[version]);
  }
  progress_.Advance(o.products);
  return files_.Finish(writer);
}

Status Production::MakeProductChanges(const ChangePiece& piece) {
  const HistoryOptions& o = shop_.options;
  return WriteChanges("products", files_.Writer(o.entities_format, ProductColumns(o.currency)), piece,
                      ProductChangesOf(shop_.assortment, piece), [&](RowWriter& out, const Change& change) {
                        uint32_t version = shop_.assortment.first_version(change.thing) + change.version;
                        WriteProduct(out, shop_.orders, change.thing, version, stock_[version]);
                      });
}

}  // namespace

Result<HistorySummary> ProduceFiles(Shop& shop, std::vector<int32_t>& stock, Progress& progress) {
  return Production(shop, stock, progress).Run();
}

}  // namespace souk::generate
