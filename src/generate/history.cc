#include "generate/history.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/files.h"
#include "generate/production.h"
#include "generate/samples.h"
#include "generate/truth.h"

namespace fs = std::filesystem;

namespace souk::generate {
namespace {

constexpr uint64_t kMaxUsers = 50'000'000;
constexpr uint64_t kMaxProducts = 1'000'000;
constexpr uint64_t kMaxRecords = 100'000'000'000;
constexpr int kMaxThreads = 64;
constexpr std::string_view kTruth = "truth.json";
constexpr std::string_view kUnfinished = ".unfinished";  // holds the options until the shop is complete
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
  if (o.events > 0 && o.events < o.transactions) {
    return Fail(Code::kInvalid,
                "{} events are fewer than {} transactions; a shop has more clicks than order lines: "
                "ask for more events, for none, or for fewer transactions",
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
    bool ours = std::find(kFolders.begin(), kFolders.end(), name) != kFolders.end() ||
                name.starts_with(kTruth) || name.starts_with(kUnfinished);
    if (!ours) return name;
  }
  if (error) return Fail(Code::kIo, "cannot read directory {}: {}", directory, error.message());
  return std::string();
}

// Takes away a shop, a half-written one too. truth.json goes first: without it no shop is complete.
Status RemoveShop(const std::string& directory) {
  TRY_STATUS(RemoveTree(fmt::format("{}/{}", directory, kTruth)));
  for (std::string_view folder : kFolders) TRY_STATUS(RemoveTree(fmt::format("{}/{}", directory, folder)));
  return RemoveTree(fmt::format("{}/{}", directory, kUnfinished));
}

std::string UnfinishedPath(const HistoryOptions& o) { return fmt::format("{}/{}", o.directory, kUnfinished); }

Status CheckSameOptions(const HistoryOptions& o) {
  TRY(std::string before, ReadFile(UnfinishedPath(o)));
  if (before == OptionsJson(o)) return {};
  while (before.ends_with('\n')) before.pop_back();
  return Fail(
      Code::kInvalid,
      "cannot continue the shop in {}: it was begun with other options ({}); give the same, or replace "
      "it with --overwrite",
      o.directory, before);
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
  bool unfinished = PathExists(UnfinishedPath(o));
  if (o.resume && unfinished) return CheckSameOptions(o);
  if (o.overwrite) return RemoveShop(o.directory);
  return Fail(Code::kAlreadyExists, "cannot generate into {}: it holds {}", o.directory,
              unfinished ? "an unfinished shop; continue it with --resume, or replace it with --overwrite"
                         : "a shop already; use --overwrite, or choose another directory");
}

Status CheckSamples(const HistoryOptions& o) {
  if (o.samples.empty() || !(AbsolutePath(o.samples) + "/").starts_with(AbsolutePath(o.directory) + "/"))
    return {};
  return Fail(Code::kInvalid, "the samples cannot go into {}: it is inside the shop's own directory {}",
              o.samples, o.directory);
}

Result<HistorySummary> Produce(const HistoryOptions& options, std::vector<CalendarDay> days,
                               Progress& progress) {
  progress.Stage("planning", 0, "days");
  Shop shop(options, std::move(days));
  TRY(shop.plan, Plan::Make(shop.orders, options.transactions, options.events, progress));
  auto days_count = static_cast<uint32_t>(shop.days.size());
  TRY(shop.user_changes, PlanUserChanges(shop.customers, days_count, progress));
  TRY(shop.product_changes, PlanProductChanges(shop.assortment, days_count, progress));
  uint64_t changes = shop.user_changes.changes + shop.product_changes.changes;
  progress.Stage("generating",
                 options.users + options.products + changes + options.transactions + options.events,
                 "records");
  std::vector<int32_t> stock;
  TRY(HistorySummary summary, ProduceFiles(shop, stock, progress));
  summary.changes = changes;
  summary.users = options.users;
  summary.products = options.products;
  summary.transactions = options.transactions;
  summary.events = options.events;
  std::string truth = TruthJson(shop, stock);
  TRY_STATUS(WriteFileAtomic(fmt::format("{}/{}", options.directory, kTruth), truth));
  ++summary.files;
  summary.bytes += truth.size();
  if (!options.samples.empty()) {
    TRY(uint64_t bytes, WriteSamples(shop, stock, options.samples, progress));
    summary.files += 4;
    summary.bytes += bytes;
  }
  return summary;
}

}  // namespace

const char* DirtName(DirtLevel level) {
  switch (level) {
    case DirtLevel::kNone: return "none";
    case DirtLevel::kUsual: return "usual";
    case DirtLevel::kHeavy: break;
  }
  return "heavy";
}

Result<HistorySummary> GenerateHistory(const HistoryOptions& options, Progress& progress) {
  TRY_STATUS(CheckOptions(options));
  TRY(std::vector<CalendarDay> days,
      MakeCalendar(options.first_day, options.last_day, options.time_zone, options.seed));
  TRY_STATUS(CheckSamples(options));
  TRY_STATUS(PrepareDirectory(options));
  TRY_STATUS(WriteFileAtomic(UnfinishedPath(options), OptionsJson(options)));
  Result<HistorySummary> summary = Produce(options, std::move(days), progress);
  if (!summary) {
    Error error = summary.error();
    error.message += fmt::format("; {} holds what is finished, continue with --resume", options.directory);
    return tl::unexpected(error);
  }
  TRY_STATUS(RemoveTree(UnfinishedPath(options)));
  return summary;
}

}  // namespace souk::generate
