#include "app/job_log.h"

#include <sqlite3.h>

#include <mutex>
#include <nlohmann/json.hpp>

namespace souk::app {
namespace {

using schedule::JobInfo;
using schedule::JobState;

constexpr const char* kSchema =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    "CREATE TABLE IF NOT EXISTS job(id INTEGER PRIMARY KEY AUTOINCREMENT, verb TEXT NOT NULL, args TEXT NOT "
    "NULL,"
    " directory TEXT NOT NULL, cause TEXT NOT NULL, state INTEGER NOT NULL, submitted INTEGER NOT NULL,"
    " started INTEGER NOT NULL, ended INTEGER NOT NULL, code INTEGER NOT NULL, message TEXT NOT NULL,"
    " lines TEXT NOT NULL);";
constexpr const char* kColumns =
    "id, verb, args, directory, cause, state, submitted, started, ended, code, message, lines";
constexpr size_t kLinesKept = 200;

std::string LinesJson(const JobInfo& job) {
  size_t skip = job.lines.size() > kLinesKept ? job.lines.size() - kLinesKept : 0;
  nlohmann::json lines = nlohmann::json::array();
  for (size_t i = skip; i < job.lines.size(); ++i) lines.push_back(job.lines[i]);
  return lines.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> ParseLines(const std::string& text) {
  std::vector<std::string> lines;
  auto array = nlohmann::json::parse(text, nullptr, false);
  if (!array.is_array()) return lines;
  for (const auto& line : array) lines.push_back(line.get<std::string>());
  return lines;
}

}  // namespace

struct JobLog::Impl {
  sqlite3* db = nullptr;
  std::string path;
  mutable std::mutex mutex;

  ~Impl() { sqlite3_close(db); }

  tl::unexpected<Error> Failure() const { return Fail(Code::kIo, "{}: {}", path, sqlite3_errmsg(db)); }

  // Runs one statement with the given values; rows, if any, go to `on_row`.
  template <typename Bind, typename Row>
  Status Run(const char* sql, Bind bind, Row on_row) const {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, nullptr) != SQLITE_OK) return Failure();
    bind(statement);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) on_row(statement);
    sqlite3_finalize(statement);
    if (code != SQLITE_DONE) return Failure();
    return {};
  }

  static std::string Text(sqlite3_stmt* statement, int column) {
    return reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
  }

  static JobInfo ReadRow(sqlite3_stmt* row) {
    JobInfo job;
    job.id = sqlite3_column_int64(row, 0);
    job.request = {Text(row, 1), ParseLines(Text(row, 2)), Text(row, 3), Text(row, 4)};
    job.state = static_cast<JobState>(sqlite3_column_int(row, 5));
    job.submitted = sqlite3_column_int64(row, 6);
    job.started = sqlite3_column_int64(row, 7);
    job.ended = sqlite3_column_int64(row, 8);
    job.error = {static_cast<Code>(sqlite3_column_int(row, 9)), Text(row, 10)};
    job.lines = ParseLines(Text(row, 11));
    return job;
  }
};

JobLog::JobLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JobLog::~JobLog() = default;

Result<std::unique_ptr<JobLog>> JobLog::Open(const std::string& path, Micros now) {
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  if (sqlite3_open(path.c_str(), &impl->db) != SQLITE_OK) return impl->Failure();
  sqlite3_busy_timeout(impl->db, 5000);
  if (sqlite3_exec(impl->db, kSchema, nullptr, nullptr, nullptr) != SQLITE_OK) return impl->Failure();
  auto bind = [&](sqlite3_stmt* s) {
    sqlite3_bind_int(s, 1, static_cast<int>(JobState::kFailed));
    sqlite3_bind_int64(s, 2, now);
    sqlite3_bind_int(s, 3, static_cast<int>(Code::kCancelled));
    sqlite3_bind_int(s, 4, static_cast<int>(JobState::kRunning));
  };
  TRY_STATUS(
      impl->Run("UPDATE job SET state=?1, ended=?2, code=?3, message='the program ended' WHERE state<=?4",
                bind, [](sqlite3_stmt*) {}));
  return std::unique_ptr<JobLog>(new JobLog(std::move(impl)));
}

Result<int64_t> JobLog::Add(const JobInfo& job) {
  std::lock_guard lock(impl_->mutex);
  std::string args =
      nlohmann::json(job.request.args).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  auto bind = [&](sqlite3_stmt* s) {
    sqlite3_bind_text(s, 1, job.request.verb.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(s, 2, args.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(s, 3, job.request.directory.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(s, 4, job.request.cause.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(s, 5, static_cast<int>(job.state));
    sqlite3_bind_int64(s, 6, job.submitted);
  };
  TRY_STATUS(impl_->Run(
      "INSERT INTO job(verb, args, directory, cause, state, submitted, started, ended, code, message, lines)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, '', '[]')",
      bind, [](sqlite3_stmt*) {}));
  return sqlite3_last_insert_rowid(impl_->db);
}

Status JobLog::Update(const JobInfo& job) {
  std::lock_guard lock(impl_->mutex);
  std::string lines = LinesJson(job);
  auto bind = [&](sqlite3_stmt* s) {
    sqlite3_bind_int(s, 1, static_cast<int>(job.state));
    sqlite3_bind_int64(s, 2, job.started);
    sqlite3_bind_int64(s, 3, job.ended);
    sqlite3_bind_int(s, 4, static_cast<int>(job.error.code));
    sqlite3_bind_text(s, 5, job.error.message.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(s, 6, lines.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(s, 7, job.id);
  };
  return impl_->Run(
      "UPDATE job SET state=?1, started=?2, ended=?3, code=?4, message=?5, lines=?6 WHERE id=?7", bind,
      [](sqlite3_stmt*) {});
}

Result<std::vector<JobInfo>> JobLog::List(size_t limit) const {
  std::lock_guard lock(impl_->mutex);
  std::vector<JobInfo> jobs;
  std::string sql = fmt::format("SELECT {} FROM job ORDER BY id DESC LIMIT ?1", kColumns);
  TRY_STATUS(impl_->Run(
      sql.c_str(), [&](sqlite3_stmt* s) { sqlite3_bind_int64(s, 1, static_cast<int64_t>(limit)); },
      [&](sqlite3_stmt* row) { jobs.push_back(Impl::ReadRow(row)); }));
  return jobs;
}

Result<JobInfo> JobLog::Get(int64_t id) const {
  std::lock_guard lock(impl_->mutex);
  std::optional<JobInfo> job;
  std::string sql = fmt::format("SELECT {} FROM job WHERE id=?1", kColumns);
  TRY_STATUS(impl_->Run(
      sql.c_str(), [&](sqlite3_stmt* s) { sqlite3_bind_int64(s, 1, id); },
      [&](sqlite3_stmt* row) { job = Impl::ReadRow(row); }));
  if (!job) return Fail(Code::kNotFound, "there is no job {}; `souk jobs` lists them", id);
  return *std::move(job);
}

}  // namespace souk::app
