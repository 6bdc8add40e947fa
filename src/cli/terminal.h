// How a verb looks on the terminal: answers on standard output; progress, one line that redraws itself, on
// standard error, only when that is a terminal.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "app/local_job_host.h"
#include "base/progress.h"

namespace souk::cli {

// Threads: any.
class Terminal : public Progress {
 public:
  explicit Terminal(bool quiet);
  ~Terminal() override;

  void Stage(std::string_view name, uint64_t total, std::string_view unit) override;
  void Advance(uint64_t count) override;
  void Line(std::string_view text) override;
  bool Cancelled() const override;

  // As an event of a job tells it.
  void Show(const schedule::JobProgress& progress);
  // Removes the progress line, or leaves it with a tick when the stage took long enough to be worth it.
  void EndStage();

 private:
  void Draw();
  void Clear();

  std::mutex mutex_;
  bool show_;
  bool drawn_ = false;
  schedule::JobProgress progress_;
  std::chrono::steady_clock::time_point stage_began_;
  std::chrono::steady_clock::time_point last_drawn_{};
};

}  // namespace souk::cli
