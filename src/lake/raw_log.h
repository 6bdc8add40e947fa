// The log of a raw table: its actions in memory and as JSON. Inner part of lake/raw_zone.h.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lake/raw_zone.h"
#include "lake/table_log.h"

namespace souk::lake {

LogShape RawLogShape();

// A raw table at one version. Paths are relative to the table's folder, as in the log.
class RawFold : public LogFold {
 public:
  void Clear() override { *this = RawFold(); }
  Status Apply(const std::string& action, const nlohmann::json& body) override;

  const std::map<std::string, RawFile>& files() const { return files_; }
  struct Removed {
    Micros at = 0;
    std::string topic;  // its records came over; "" = a file came in
  };
  // Files that counted once.
  const std::map<std::string, Removed>& removed() const { return removed_; }
  const TopicPositions& positions() const { return positions_; }
  const RawFile* FindFingerprint(const std::string& fingerprint) const;

  // Actions that give this fold again, without the removed files that are not in `present`.
  std::vector<std::string> ToLines(const std::set<std::string>& present) const;

 private:
  Status Commit(const nlohmann::json& body);
  Status Add(const nlohmann::json& body);
  Status Remove(const nlohmann::json& body);
  Status Stream(const nlohmann::json& body);
  void Forget(const std::string& path);

  int64_t version_ = 0;
  std::map<std::string, RawFile> files_;
  std::map<std::string, std::string> paths_;  // fingerprint → path in files_
  std::map<std::string, Removed> removed_;
  TopicPositions positions_;
};

// An entry of the log. Paths relative to the table's folder.
std::string EncodeRawEntry(int64_t version, const RawCommit& commit, Micros now);

}  // namespace souk::lake
