#include "app/thread_use.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>

namespace souk::app {
namespace {

constexpr Micros kEvery = 2 * kMicrosPerSecond;

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicrosPerSecond;
}

// Name and processor time of a thread, from its stat: "12 (name) S 1 …", utime and stime are the 12th and
// 13th field behind the name. Negative when it is gone.
std::pair<std::string, double> ReadThread(const std::filesystem::path& directory) {
  std::ifstream file(directory / "stat");
  std::string text;
  std::getline(file, text);
  size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return {"", -1};
  std::string name = text.substr(open + 1, close - open - 1);
  uint64_t ticks = 0;
  size_t at = close + 1;
  for (int field = 0; field < 14 && at < text.size(); ++field) {
    size_t end = std::min(text.find(' ', at), text.size());
    if (field >= 12) {
      uint64_t value = 0;
      std::from_chars(text.data() + at, text.data() + end, value);
      ticks += value;
    }
    at = end + 1;
  }
  return {name, static_cast<double>(ticks) / static_cast<double>(sysconf(_SC_CLK_TCK))};
}

}  // namespace

ThreadName::ThreadName(const std::string& name) {
  pthread_getname_np(pthread_self(), before_, sizeof before_);
  pthread_setname_np(pthread_self(), name.substr(0, sizeof before_ - 1).c_str());
}

ThreadName::~ThreadName() { pthread_setname_np(pthread_self(), before_); }

ThreadWatch::Look ThreadWatch::Take(Micros now) {
  Look look;
  look.at = now;
  rusage use{};
  if (getrusage(RUSAGE_SELF, &use) == 0) look.process_seconds = Seconds(use.ru_utime) + Seconds(use.ru_stime);
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc/self/task", error), end; !error && at != end;
       at.increment(error)) {
    auto thread = ReadThread(at->path());
    if (thread.second >= 0) look.threads[std::atoi(at->path().filename().c_str())] = std::move(thread);
  }
  return look;
}

std::optional<ThreadUse> ThreadWatch::Use() {
  std::lock_guard lock(mutex_);
  Micros now = clock_.Now();
  if (last_.at != 0 && now - last_.at < kEvery) return use_;
  Look look = Take(now);
  if (last_.at != 0 && now > last_.at) {
    double seconds = static_cast<double>(now - last_.at) / kMicrosPerSecond;
    ThreadUse use;
    use.threads = static_cast<int>(look.threads.size());
    use.all = (look.process_seconds - last_.process_seconds) / seconds;
    for (const auto& [id, thread] : look.threads) {
      auto before = last_.threads.find(id);
      double used = thread.second - (before == last_.threads.end() ? 0 : before->second.second);
      use.cores[thread.first] += std::max(used, 0.0) / seconds;
    }
    use_ = std::move(use);
  }
  last_ = std::move(look);
  return use_;
}

}  // namespace souk::app
