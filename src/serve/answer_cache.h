// Answers that stay the same for as long as the warehouse does.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <utility>

#include "base/result.h"

namespace souk::serve {

struct CachedAnswer {
  std::string body;
  std::string etag;     // of the body, with its quotes
  int64_t version = 0;  // of the warehouse that it was computed of
};

// Keeps the answers of one version, those asked for last, up to a number of bytes. A question that is being
// answered is not computed a second time: who asks it meanwhile waits for that answer, and it is computed for
// as long as any of them waits. Threads: any; `make` runs on the first asker's thread without a lock.
class AnswerCache {
 public:
  using Answer = std::shared_ptr<const CachedAnswer>;
  // `nobody_waits` is asked to stop when all askers have left; kCancelled is the answer then.
  using Make = std::function<Result<CachedAnswer>(std::stop_token nobody_waits)>;

  explicit AnswerCache(size_t max_bytes);
  // The answer to `question` of `version`, made when it is not known. Failures are told to all who wait and
  // not kept; an answer of another version (a build has ended meanwhile) is given out and not kept either.
  // An asker that is `gone` leaves with kCancelled; the one whose thread computes stays for the others.
  Result<Answer> Get(int64_t version, const std::string& question, const std::stop_token& gone,
                     const Make& make);
  size_t bytes() const;

 private:
  using Key = std::pair<int64_t, std::string>;  // version, question
  struct Pending;
  struct Entry {
    Answer answer;
    std::list<std::string>::iterator place;  // in order_
  };

  Result<Answer> Await(std::unique_lock<std::mutex>& lock, const std::shared_ptr<Pending>& pending,
                       const std::stop_token& gone);
  Result<Answer> Compute(const std::shared_ptr<Pending>& pending, const std::stop_token& gone,
                         const Make& make);
  void Leave(Pending& pending);
  void Forget(const Pending& pending);
  void Keep(int64_t version, const std::string& question, const Answer& answer);

  const size_t max_bytes_;
  mutable std::mutex mutex_;
  int64_t version_ = 0;
  size_t bytes_ = 0;
  std::map<std::string, Entry> entries_;
  std::list<std::string> order_;  // the one asked for last in front
  std::map<Key, std::shared_ptr<Pending>> pending_;
};

}  // namespace souk::serve
