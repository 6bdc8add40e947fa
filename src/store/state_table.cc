#include "store/state_table.h"

#include <algorithm>
#include <array>
#include <optional>

#include "sql/appender.h"
#include "store/hot_rows.h"
#include "store/hot_tables.h"
#include "store/last_of_each.h"

namespace souk::store {
namespace {

constexpr uint64_t kFewRows = 100'000;  // that may lie about without harm
constexpr uint64_t kPartBytes = 64 << 20;

constexpr char kHexDigits[] = "0123456789ABCDEF";

// In the statement itself, so that DuckDB passes over the row groups it does not touch.
std::string BlobLiteral(std::string_view bytes) {
  std::string literal = "'";
  for (unsigned char c : bytes) {
    literal += "\\x";
    literal += kHexDigits[c >> 4];
    literal += kHexDigits[c & 15];
  }
  return literal + "'::BLOB";
}

int HexDigit(char c) { return c <= '9' ? c - '0' : c - 'A' + 10; }

void FromHex(std::string_view hex, std::string& bytes) {
  bytes.clear();
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(HexDigit(hex[i]) * 16 + HexDigit(hex[i + 1]));
  }
}

struct Entry {
  std::string key;
  std::optional<std::string> value;
};

Status Tell(const std::optional<Entry>& entry,
            const std::function<Status(std::string_view, std::string_view)>& on_entry) {
  if (!entry || !entry->value) return {};
  return on_entry(entry->key, *entry->value);
}

}  // namespace

Status StateTable::Forget(sql::Connection& connection, const std::vector<StateRange>& ranges) {
  for (const StateRange& range : ranges) {
    TRY_STATUS(connection.Execute(fmt::format("DELETE FROM {} WHERE space = {} AND key < {}",
                                              InHotStore("stream_state"), sql::QuoteLiteral(range.space),
                                              BlobLiteral(range.below))));
  }
  return {};
}

Status StateTable::Append(sql::Connection& connection, const std::vector<StateChange>& changes,
                          int64_t commit_number) {
  if (changes.empty()) return {};
  auto last = LastOfEach(changes, [](const StateChange& change) {
    return fmt::format("{}:{}{}", change.space.size(), change.space, change.key);
  });
  TRY(auto appender, sql::Appender::Open(connection, {kHotDatabase, "main", "stream_state"}));
  for (const StateChange* change : last) {
    appender.Text(change->space);
    appender.Blob(change->key);
    change->value ? appender.Blob(*change->value) : appender.Null();
    appender.Int(commit_number);
    TRY_STATUS(appender.EndRow());
  }
  return appender.Finish();
}

Status StateTable::Committed(sql::Connection& connection, const std::vector<StateChange>& changes) {
  for (const StateChange& change : changes) {
    if (change.fresh) continue;
    spaces_.insert(change.space);
    ++replaced_;
  }
  if (replaced_ < std::max(kFewRows, rows_when_clean_)) return {};
  std::string list;
  for (const std::string& space : spaces_) list += (list.empty() ? "" : ", ") + sql::QuoteLiteral(space);
  std::string rows = fmt::format("{} WHERE space IN ({})", InHotStore("stream_state"), list);
  TRY_STATUS(connection.Execute(
      fmt::format("DELETE FROM {} AND rowid IN (SELECT rowid FROM (SELECT rowid, value IS NULL AS removed, "
                  "row_number() OVER (PARTITION BY space, key ORDER BY commit_number DESC) AS age FROM {}) "
                  "WHERE age > 1 OR removed)",
                  rows, rows)));
  TRY(sql::Table left, connection.Query("SELECT count(*) FROM " + rows));
  rows_when_clean_ = static_cast<uint64_t>(IntOf(left.At(0, 0)));
  spaces_.clear();
  replaced_ = 0;
  return {};
}

// Where a space that is large is read in parts, so that DuckDB sorts little at once: the last key of each, in
// hexadecimal. Versions of one key are in one part.
Result<std::vector<std::string>> StateTable::PartsOf(sql::Connection& connection, const std::string& space) {
  TRY(sql::Table parts,
      connection.Query(
          fmt::format("SELECT hex(max(key)) FROM (SELECT key, sum(coalesce(octet_length(value), 0) + 32) "
                      "OVER (ORDER BY key, commit_number) // {} AS part FROM {} WHERE space = $space) "
                      "GROUP BY part ORDER BY part",
                      kPartBytes, InHotStore("stream_state")),
          {{"space", space}}));
  std::vector<std::string> last;
  for (const auto& row : parts.rows) last.push_back(sql::CellText(row[0]));
  return last;
}

Status StateTable::Read(sql::Connection& connection, const std::string& space,
                        const std::function<Status(std::string_view, std::string_view)>& on_entry) {
  TRY(auto parts, PartsOf(connection, space));
  for (size_t i = 0; i < parts.size(); ++i) {
    std::string range = fmt::format("key <= unhex('{}')", parts[i]);
    if (i > 0) range += fmt::format(" AND key > unhex('{}')", parts[i - 1]);
    TRY_STATUS(ReadPart(connection, space, range, on_entry));
  }
  return {};
}

Status StateTable::ReadPart(sql::Connection& connection, const std::string& space, const std::string& range,
                            const std::function<Status(std::string_view, std::string_view)>& on_entry) {
  std::optional<Entry> entry;  // the latest version so far of the key that is being read
  std::string key;
  Status told;
  auto on_chunk = [&](const sql::Table& chunk) {
    for (const auto& row : chunk.rows) {
      FromHex(std::get<std::string>(row[0]), key);
      if (entry && entry->key != key) told = Tell(entry, on_entry);
      if (!told) return false;
      entry = Entry{key, std::nullopt};
      if (const auto* hex = std::get_if<std::string>(&row[1])) FromHex(*hex, entry->value.emplace());
    }
    return true;
  };
  TRY_STATUS(connection.Stream(fmt::format("SELECT hex(key), hex(value) FROM {} WHERE space = $space AND {} "
                                           "ORDER BY key, commit_number",
                                           InHotStore("stream_state"), range),
                               {{"space", space}}, on_chunk));
  TRY_STATUS(told);
  return Tell(entry, on_entry);
}

}  // namespace souk::store
