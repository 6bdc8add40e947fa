// The log of a Delta table: its actions in memory and as JSON. Inner part of lake/delta_table.h.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lake/delta_table.h"
#include "lake/table_log.h"

namespace souk::lake {

LogShape DeltaLogShape();

// A Delta table at one version.
class DeltaFold : public LogFold {
 public:
  void Clear() override { *this = DeltaFold(); }
  Status Apply(const std::string& action, const nlohmann::json& body) override;

  // Everything but the version, which the log knows.
  DeltaSnapshot ToSnapshot() const;
  bool Counts(const std::string& path) const { return files_.count(path) > 0; }
  // Paths that counted once → when they were removed, in milliseconds.
  const std::map<std::string, int64_t>& removed() const { return removed_; }

  // Actions that give this fold again, without the removed files that are not in `present`.
  std::vector<std::string> ToLines(const std::set<std::string>& present) const;

 private:
  struct File {
    DeltaFile file;
    int64_t modified_ms = 0;
  };
  Status Protocol(const nlohmann::json& body);
  Status Metadata(const nlohmann::json& body);
  Status Add(const nlohmann::json& body);
  Status Remove(const nlohmann::json& body);
  Status Transaction(const nlohmann::json& body);

  DeltaSnapshot snapshot_;  // without files
  std::map<std::string, File> files_;
  std::map<std::string, int64_t> removed_;
};

// The entry of version base.version + 1. `commit` fits `base` (see DeltaTable::Commit).
std::string EncodeDeltaEntry(const std::string& folder, const DeltaSnapshot& base, const DeltaCommit& commit,
                             Micros now);

}  // namespace souk::lake
