#include "app/build_log.h"

#include <sqlite3.h>

#include <mutex>
#include <nlohmann/json.hpp>

namespace souk::app {
namespace {

using nlohmann::json;
using serve::BuildRun;
using warehouse::BuildStep;
using warehouse::TestFailure;

constexpr const char* kSchema =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    "CREATE TABLE IF NOT EXISTS build(id INTEGER PRIMARY KEY AUTOINCREMENT, started INTEGER NOT NULL,"
    " ended INTEGER NOT NULL, cause TEXT NOT NULL, error TEXT NOT NULL, version INTEGER NOT NULL,"
    " changed INTEGER NOT NULL, detail TEXT NOT NULL);";
constexpr int kKept = 500;

json FailuresJson(const std::vector<TestFailure>& failures) {
  json list = json::array();
  for (const TestFailure& failure : failures)
    list.push_back({failure.model, failure.test, failure.rows, failure.says});
  return list;
}

std::string DetailJson(const warehouse::BuildReport& report) {
  json steps = json::array();
  for (const BuildStep& step : report.steps) {
    steps.push_back(
        {step.model, step.materialized, step.runs, step.reason, step.extent, step.rows, step.milliseconds});
  }
  json detail = {{"steps", steps},
                 {"failures", FailuresJson(report.failures)},
                 {"warnings", FailuresJson(report.warnings)}};
  return detail.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::vector<TestFailure> ReadFailures(const json& list) {
  std::vector<TestFailure> failures;
  for (const json& one : list) failures.push_back({one.at(0), one.at(1), one.at(2), one.at(3)});
  return failures;
}

// What cannot be read (another program wrote it) is left out, the build itself stays.
void ReadDetail(const std::string& text, warehouse::BuildReport& report) {
  try {
    json detail = json::parse(text);
    for (const json& one : detail.at("steps")) {
      report.steps.push_back({one.at(0), one.at(1), one.at(2), one.at(3), one.at(4), one.at(5), one.at(6)});
    }
    report.failures = ReadFailures(detail.at("failures"));
    report.warnings = ReadFailures(detail.at("warnings"));
  } catch (const json::exception&) {
    report.steps.clear();
  }
}

}  // namespace

struct BuildLog::Impl {
  sqlite3* db = nullptr;
  std::string path;
  std::mutex mutex;

  ~Impl() { sqlite3_close(db); }
  tl::unexpected<Error> Failure() const { return Fail(Code::kIo, "{}: {}", path, sqlite3_errmsg(db)); }
};

BuildLog::BuildLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BuildLog::~BuildLog() = default;

Result<std::unique_ptr<BuildLog>> BuildLog::Open(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  if (sqlite3_open(path.c_str(), &impl->db) != SQLITE_OK) return impl->Failure();
  sqlite3_busy_timeout(impl->db, 5000);
  if (sqlite3_exec(impl->db, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK) return impl->Failure();
  return std::unique_ptr<BuildLog>(new BuildLog(std::move(impl)));
}

Status BuildLog::Add(const BuildRun& run) {
  std::lock_guard lock(impl_->mutex);
  std::string detail = DetailJson(run.report);
  sqlite3_stmt* insert = nullptr;
  const char* sql =
      "INSERT INTO build(started, ended, cause, error, version, changed, detail) "
      "VALUES(?1,?2,?3,?4,?5,?6,?7)";
  if (sqlite3_prepare_v2(impl_->db, sql, -1, &insert, nullptr) != SQLITE_OK) return impl_->Failure();
  sqlite3_bind_int64(insert, 1, run.started);
  sqlite3_bind_int64(insert, 2, run.ended);
  sqlite3_bind_text(insert, 3, run.cause.c_str(), -1, SQLITE_TRANSIENT);
  sqlite3_bind_text(insert, 4, run.error.c_str(), -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64(insert, 5, run.report.version);
  sqlite3_bind_int(insert, 6, run.report.changed ? 1 : 0);
  sqlite3_bind_text(insert, 7, detail.c_str(), -1, SQLITE_TRANSIENT);
  int code = sqlite3_step(insert);
  sqlite3_finalize(insert);
  if (code != SQLITE_DONE) return impl_->Failure();
  std::string tidy = fmt::format("DELETE FROM build WHERE id <= (SELECT max(id) FROM build) - {}", kKept);
  if (sqlite3_exec(impl_->db, tidy.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return impl_->Failure();
  return {};
}

Result<std::vector<BuildRun>> BuildLog::List(size_t limit) const {
  std::lock_guard lock(impl_->mutex);
  sqlite3_stmt* rows = nullptr;
  const char* sql =
      "SELECT id, started, ended, cause, error, version, changed, detail FROM build ORDER BY id DESC LIMIT "
      "?1";
  if (sqlite3_prepare_v2(impl_->db, sql, -1, &rows, nullptr) != SQLITE_OK) return impl_->Failure();
  sqlite3_bind_int64(rows, 1, static_cast<int64_t>(limit));
  auto text = [rows](int column) {
    return std::string(reinterpret_cast<const char*>(sqlite3_column_text(rows, column)));
  };
  std::vector<BuildRun> runs;
  int code;
  while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
    BuildRun& run = runs.emplace_back();
    run.id = sqlite3_column_int64(rows, 0);
    run.started = sqlite3_column_int64(rows, 1);
    run.ended = sqlite3_column_int64(rows, 2);
    run.cause = text(3);
    run.error = text(4);
    run.report.version = sqlite3_column_int64(rows, 5);
    run.report.changed = sqlite3_column_int(rows, 6) != 0;
    ReadDetail(text(7), run.report);
  }
  sqlite3_finalize(rows);
  if (code != SQLITE_DONE) return impl_->Failure();
  return runs;
}

}  // namespace souk::app
