#include "serve/answer_cache.h"

#include <condition_variable>

namespace souk::serve {

struct AnswerCache::Pending {
  std::condition_variable done;
  std::optional<Result<Answer>> result;
};

AnswerCache::AnswerCache(size_t max_bytes) : max_bytes_(max_bytes) {}

size_t AnswerCache::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

Result<AnswerCache::Answer> AnswerCache::Get(int64_t version, const std::string& question, const Make& make) {
  std::unique_lock lock(mutex_);
  if (version == version_) {
    if (auto known = entries_.find(question); known != entries_.end()) {
      order_.splice(order_.begin(), order_, known->second.place);
      return known->second.answer;
    }
  }
  auto [place, mine] = pending_.try_emplace({version, question});
  if (!mine) {
    auto other = place->second;
    other->done.wait(lock, [&] { return other->result.has_value(); });
    return *other->result;
  }
  auto pending = place->second = std::make_shared<Pending>();
  lock.unlock();

  Result<Answer> answer = Fail(Code::kUnavailable, "the answer could not be computed");
  {
    // Whatever becomes of it, those who wait hear of it.
    auto tell = [&](void*) {
      lock.lock();
      if (answer) Keep(version, question, *answer);
      pending->result = answer;
      pending_.erase({version, question});
      pending->done.notify_all();
    };
    std::unique_ptr<void, decltype(tell)> at_end(this, tell);
    answer =
        make().map([](CachedAnswer made) { return std::make_shared<const CachedAnswer>(std::move(made)); });
  }
  return answer;
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
