#include "sql/database.h"

#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/files.h"
#include "base/log.h"
#include "sql/execution.h"
#include "sql/handle.h"
#include "sql/macro.h"
#include "sql/query_error.h"
#include "sql/session.h"

namespace souk::sql {
namespace {

constexpr size_t kIdleConnections = 16;
// Of new files: its compression of texts is a quarter less work than that of the oldest, which DuckDB would
// take.
constexpr const char* kStorageVersion = "v1.4.0";

// DuckDB opens one file twice in a process without a word, and then loses what one of them wrote.
class OpenFiles {
 public:
  static OpenFiles& Get() {
    static OpenFiles* files = new OpenFiles;  // outlives every static Database
    return *files;
  }
  bool Add(const std::string& path) {
    std::lock_guard lock(mutex_);
    return paths_.insert(path).second;
  }
  void Remove(const std::string& path) {
    std::lock_guard lock(mutex_);
    paths_.erase(path);
  }

 private:
  std::mutex mutex_;
  std::set<std::string> paths_;
};

// One name for a file, however it is reached.
std::string CanonicalPath(const std::string& path) {
  std::error_code error;
  std::filesystem::path canonical = std::filesystem::weakly_canonical(AbsolutePath(path), error);
  return error ? AbsolutePath(path) : canonical.string();
}

Result<std::string> Register(const std::string& path) {
  std::string canonical = CanonicalPath(path);
  if (OpenFiles::Get().Add(canonical)) return canonical;
  return Fail(Code::kAlreadyExists, "{} is open in this program already; use that one", canonical);
}

// A file system may have given the write-ahead log room for what it then lost in a power failure: zeros,
// which DuckDB takes for damage. Nothing that was synced ends with one, and a part of an entry DuckDB leaves
// out by itself. For a file that DuckDB could not open because of its log, which nobody else can have open
// then. Tells whether there was such an end.
bool DropLostEnd(const std::string& database, const std::string& error) {
  std::string log = database + ".wal";
  if (error.find("replaying WAL") == std::string::npos) return false;
  size_t size = 0, kept = 0;
  if (auto file = MappedFile::Open(log)) {
    size = file->view().size();
    kept = file->view().find_last_not_of('\0') + 1;  // npos + 1 is 0
  }
  if (kept == size || ::truncate(log.c_str(), static_cast<off_t>(kept)) != 0) return false;
  Log(LogLevel::kWarn, "sql", "the end of a write-ahead log was lost before it was synced",
      {{"file", log}, {"bytes", std::to_string(size - kept)}});
  return true;
}

std::string TempDirectory(const DatabaseOptions& options) {
  if (!options.temp_directory.empty()) return options.temp_directory;
  if (!options.path.empty()) return options.path + ".tmp";
  std::error_code error;
  std::filesystem::path base = std::filesystem::temp_directory_path(error);
  return (error ? std::filesystem::path("/tmp") : base) / fmt::format("souk-{}.tmp", getpid());
}

Status SetConfig(duckdb_config config, const char* name, const std::string& value) {
  if (duckdb_set_config(config, name, value.c_str()) == DuckDBSuccess) return {};
  return Fail(Code::kInvalid, "DuckDB does not take the setting {} = {}", name, value);
}

Status Configure(duckdb_config config, const DatabaseOptions& options) {
  TRY_STATUS(SetConfig(config, "memory_limit", fmt::format("{}B", options.memory_bytes)));
  TRY_STATUS(SetConfig(config, "threads", fmt::format("{}", options.threads)));
  TRY_STATUS(SetConfig(config, "temp_directory", TempDirectory(options)));
  TRY_STATUS(SetConfig(config, "storage_compatibility_version", kStorageVersion));
  TRY_STATUS(SetConfig(config, "autoinstall_known_extensions", "false"));
  TRY_STATUS(SetConfig(config, "autoload_known_extensions", "false"));
  TRY_STATUS(SetConfig(config, "allow_community_extensions", "false"));
  return {};
}

Status OpenFile(Database::Impl& impl) {
  ConfigHandle config;
  if (duckdb_create_config(config.out()) != DuckDBSuccess) {
    return Fail(Code::kUnavailable, "DuckDB cannot be started: no memory");
  }
  TRY_STATUS(Configure(config.get(), impl.options));
  char* text = nullptr;
  const char* path = impl.options.path.empty() ? nullptr : impl.options.path.c_str();
  duckdb_state state = duckdb_open_ext(path, &impl.handle, config.get(), &text);
  std::string error = TakeText(text);
  if (state != DuckDBSuccess && DropLostEnd(impl.options.path, error)) {
    state = duckdb_open_ext(path, &impl.handle, config.get(), &text);
    error = TakeText(text);
  }
  if (state != DuckDBSuccess) return tl::unexpected(OpenError(error, impl.options.path));
  return {};
}

}  // namespace

Database::Impl::~Impl() {
  for (duckdb_connection connection : idle) duckdb_disconnect(&connection);
  if (handle != nullptr) duckdb_close(&handle);
  for (const std::string& path : registered_paths) OpenFiles::Get().Remove(path);
}

Result<duckdb_connection> Database::Impl::NewConnection() {
  duckdb_connection connection = nullptr;
  if (duckdb_connect(handle, &connection) != DuckDBSuccess) {
    return Fail(Code::kUnavailable, "cannot connect to {}", options.path.empty() ? "memory" : options.path);
  }
  // The progress bar is DuckDB's only way of counting progress; it is never printed.
  std::string error =
      RunPlain(connection,
               "SET TimeZone = 'UTC'; SET enable_progress_bar = true; SET enable_progress_bar_print = false");
  if (error.empty()) return connection;
  duckdb_disconnect(&connection);
  return tl::unexpected(QueryError(error, {}));
}

Result<duckdb_connection> Database::Impl::Lend() {
  {
    std::lock_guard lock(mutex);
    if (!idle.empty()) {
      duckdb_connection connection = idle.back();
      idle.pop_back();
      return connection;
    }
  }
  return NewConnection();
}

void Database::Impl::TakeBack(duckdb_connection connection) {
  RunPlain(connection, "ROLLBACK");  // fails when no transaction is open, which is the usual case
  {
    std::lock_guard lock(mutex);
    if (idle.size() < kIdleConnections) {
      idle.push_back(connection);
      return;
    }
  }
  duckdb_disconnect(&connection);
}

Database::Database(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

Result<std::shared_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  auto impl = std::make_shared<Impl>();
  impl->options = options;
  if (!options.path.empty()) {
    TRY(std::string path, Register(options.path));
    impl->registered_paths.push_back(path);
  }
  TRY_STATUS(OpenFile(*impl));
  TRY(auto macros, LoadMacros(options.models_directory));
  for (const Macro& macro : macros) impl->macro_names.push_back(macro.name);
  auto database = std::shared_ptr<Database>(new Database(std::move(impl)));
  TRY(auto connection, database->Connect());
  TRY_STATUS(CreateMacros(connection, macros, {{"shop.time_zone", options.time_zone}}));
  return database;
}

Result<Connection> Database::Connect() {
  TRY(duckdb_connection handle, impl_->Lend());
  return Connection(std::make_unique<Connection::Impl>(impl_, handle));
}

Status Database::Attach(const AttachedFile& file) {
  TRY(auto connection, Connect());
  TRY(std::string path, Register(file.path));
  std::string attach = fmt::format("ATTACH {} AS {} (ROW_GROUP_SIZE {})", QuoteLiteral(path),
                                   QuoteName(file.name), file.row_group_rows);
  std::string error = RunPlain(connection.impl_->handle, attach);
  if (!error.empty() && DropLostEnd(path, error)) error = RunPlain(connection.impl_->handle, attach);
  if (!error.empty()) {
    OpenFiles::Get().Remove(path);
    return tl::unexpected(OpenError(error, path));
  }
  std::lock_guard lock(impl_->mutex);
  impl_->registered_paths.push_back(path);
  return {};
}

void Database::GiveBackPages() {
  if (impl_->options.idle_bytes == 0 || impl_->options.idle_bytes >= impl_->options.memory_bytes) return;
  auto connection = Connect();
  if (!connection) return;
  impl_->watch.WhenIdle([&] {
    // The first fails where so much is in use; the second never does.
    for (uint64_t bytes : {impl_->options.idle_bytes, impl_->options.memory_bytes})
      (void)RunPlain(connection->impl_->handle, fmt::format("SET GLOBAL memory_limit = '{}B'", bytes));
  });
}

uint64_t Database::memory_bytes() const { return impl_->options.memory_bytes; }

const std::vector<std::string>& Database::macro_names() const { return impl_->macro_names; }

std::string Database::LibraryVersion() {
  std::string version = duckdb_library_version();
  return version.starts_with('v') ? version.substr(1) : version;
}

}  // namespace souk::sql
