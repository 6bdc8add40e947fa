// Answers that stay the same for as long as the warehouse does.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"

namespace souk::serve {

struct CachedAnswer {
  std::string body;
  std::string etag;     // of the body, with its quotes
  int64_t version = 0;  // of the warehouse that it was computed of
};

// Keeps the answers of one version, those asked for last, up to a number of bytes. A question that is being
// answered is not computed a second time: who asks it meanwhile waits for that answer.
// Threads: any; `make` runs on the asker's thread without a lock.
class AnswerCache {
 public:
  using Answer = std::shared_ptr<const CachedAnswer>;
  using Make = std::function<Result<CachedAnswer>()>;

  explicit AnswerCache(size_t max_bytes);
  // The answer to `question` of `version`, made when it is not known. Failures are told to all who wait and
  // not kept; an answer of another version (a build has ended meanwhile) is given out and not kept either.
  Result<Answer> Get(int64_t version, const std::string& question, const Make& make);
  size_t bytes() const;

 private:
  struct Pending;
  struct Entry {
    Answer answer;
    std::list<std::string>::iterator place;  // in order_
  };

  void Keep(int64_t version, const std::string& question, const Answer& answer);

  const size_t max_bytes_;
  mutable std::mutex mutex_;
  int64_t version_ = 0;
  size_t bytes_ = 0;
  std::map<std::string, Entry> entries_;
  std::list<std::string> order_;  // the one asked for last in front
  std::map<std::pair<int64_t, std::string>, std::shared_ptr<Pending>> pending_;
};

}  // namespace souk::serve
