// Files that a page sends piece by piece, until a job has taken them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "base/result.h"

namespace souk::serve {

struct Upload {
  std::string id;
  std::string path;       // on the local disk; its last part is the name that was given
  uint64_t bytes = 0;     // of the whole file
  uint64_t received = 0;  // of it so far
};

// Threads: any. What was left by a program that ended is removed with the first upload.
class UploadFolder {
 public:
  // `directory` is ours alone. `job_ended` says whether the job with this id is over.
  UploadFolder(std::string directory, uint64_t most_bytes, std::function<bool(int64_t)> job_ended)
      : directory_(std::move(directory)), most_bytes_(most_bytes), job_ended_(std::move(job_ended)) {}

  // kInvalid: a name that is none, or more bytes than web.max_upload lets in.
  Result<Upload> Begin(const std::string& name, uint64_t bytes);
  // kAlreadyExists when `offset` is not where the file ends so far, which the message names: a piece that was
  // sent twice does no harm.
  Result<Upload> Append(const std::string& id, uint64_t offset, std::string_view piece);
  Result<Upload> Get(const std::string& id) const;
  // The upload goes when this job has ended.
  void UsedBy(const std::string& id, int64_t job);
  Status Remove(const std::string& id);

 private:
  struct Entry {
    Upload upload;
    int64_t job = 0;  // 0 = none yet
  };
  void Tidy();

  const std::string directory_;
  const uint64_t most_bytes_;
  std::function<bool(int64_t)> job_ended_;
  mutable std::mutex mutex_;
  bool clean_ = false;
  std::map<std::string, Entry> entries_;
};

// The last part of a path as any system writes it, without what a file may not be called. "" = there is none.
std::string PlainFileName(std::string_view name);

}  // namespace souk::serve
