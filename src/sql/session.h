// What a Connection and its Database share. For the sources of this room only.
#pragma once

#include <duckdb.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sql/database.h"
#include "sql/watch.h"

namespace souk::sql {

struct Database::Impl {
  DatabaseOptions options;
  std::vector<std::string> registered_paths;  // of the files it holds open
  std::vector<std::string> macro_names;
  duckdb_database handle = nullptr;
  Watch watch;
  std::mutex mutex;
  std::vector<duckdb_connection> idle;

  ~Impl();
  Result<duckdb_connection> NewConnection();
  // Takes an idle connection, or makes one.
  Result<duckdb_connection> Lend();
  void TakeBack(duckdb_connection connection);
};

struct Connection::Impl {
  std::shared_ptr<Database::Impl> database;
  duckdb_connection handle = nullptr;

  Impl(std::shared_ptr<Database::Impl> owner, duckdb_connection connection)
      : database(std::move(owner)), handle(connection) {}
  Impl(const Impl&) = delete;
  ~Impl() { database->TakeBack(handle); }
};

}  // namespace souk::sql
