#include "serve/answer_cache.h"

#include <condition_variable>
#include <optional>

namespace souk::serve {

struct AnswerCache::Pending {
  explicit Pending(Key asked) : key(std::move(asked)) {}

  const Key key;
  std::condition_variable_any done;
  std::optional<Result<Answer>> result;
  int askers = 1;
  std::stop_source nobody_waits;
};

AnswerCache::AnswerCache(size_t max_bytes) : max_bytes_(max_bytes) {}

size_t AnswerCache::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

Result<AnswerCache::Answer> AnswerCache::Get(int64_t version, const std::string& question,
                                             const std::stop_token& gone, const Make& make) {
  std::unique_lock lock(mutex_);
  if (version == version_) {
    if (auto known = entries_.find(question); known != entries_.end()) {
      order_.splice(order_.begin(), order_, known->second.place);
      return known->second.answer;
    }
  }
  Key key(version, question);
  if (auto other = pending_.find(key); other != pending_.end()) {
    auto pending = other->second;
    return Await(lock, pending, gone);
  }
  auto pending = std::make_shared<Pending>(key);
  pending_.emplace(std::move(key), pending);
  lock.unlock();
  return Compute(pending, gone, make);
}

Result<AnswerCache::Answer> AnswerCache::Await(std::unique_lock<std::mutex>& lock,
                                               const std::shared_ptr<Pending>& pending,
                                               const std::stop_token& gone) {
  ++pending->askers;
  if (pending->done.wait(lock, gone, [&] { return pending->result.has_value(); })) return *pending->result;
  lock.unlock();
  Leave(*pending);
  return Fail(Code::kCancelled, "nobody waits for the answer any more");
}

Result<AnswerCache::Answer> AnswerCache::Compute(const std::shared_ptr<Pending>& pending,
                                                 const std::stop_token& gone, const Make& make) {
  Result<Answer> answer = Fail(Code::kUnavailable, "the answer could not be computed");
  // Whatever becomes of it, those who wait hear of it.
  auto tell = [&](void*) {
    std::lock_guard lock(mutex_);
    if (answer) Keep(pending->key.first, pending->key.second, *answer);
    pending->result = answer;
    Forget(*pending);
    pending->done.notify_all();
  };
  {
    std::unique_ptr<void, decltype(tell)> at_end(this, tell);
    std::stop_callback leaves(gone, [&] { Leave(*pending); });
    answer = make(pending->nobody_waits.get_token()).map([](CachedAnswer made) {
      return std::make_shared<const CachedAnswer>(std::move(made));
    });
  }
  return answer;
}

// Without the lock. Who asks the same after the last one left is not told that it was given up.
void AnswerCache::Leave(Pending& pending) {
  {
    std::lock_guard lock(mutex_);
    if (--pending.askers > 0) return;
    Forget(pending);
  }
  pending.nobody_waits.request_stop();
}

// With the lock.
void AnswerCache::Forget(const Pending& pending) {
  auto known = pending_.find(pending.key);
  if (known != pending_.end() && known->second.get() == &pending) pending_.erase(known);
}

void AnswerCache::Keep(int64_t version, const std::string& question, const Answer& answer) {
  if (answer->version != version || version < version_) return;
  if (version > version_) {
    entries_.clear();
    order_.clear();
    bytes_ = 0;
    version_ = version;
  }
  size_t size = question.size() + answer->body.size();
  if (size > max_bytes_ / 4 || entries_.contains(question)) return;
  order_.push_front(question);
  entries_.emplace(question, Entry{answer, order_.begin()});
  bytes_ += size;
  while (bytes_ > max_bytes_) {
    auto last = entries_.find(order_.back());
    bytes_ -= last->first.size() + last->second.answer->body.size();
    entries_.erase(last);
    order_.pop_back();
  }
}

}  // namespace souk::serve
