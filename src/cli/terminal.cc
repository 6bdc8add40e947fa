#include "cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/output.h"
#include "cli/command.h"

namespace souk::cli {
namespace {

using Steady = std::chrono::steady_clock;
constexpr auto kRedraw = std::chrono::milliseconds(80);
constexpr int kBarWidth = 24;

std::string Amount(uint64_t count, const std::string& unit) {
  return unit == "B" ? app::FormatBytes(count) : app::GroupDigits(count) + (unit.empty() ? "" : " " + unit);
}

std::string Duration(int64_t ms) {
  int64_t seconds = (ms + 500) / 1000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  return fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

std::string Bar(double share) {
  auto full = static_cast<int>(share * kBarWidth);
  std::string bar;
  for (int i = 0; i < kBarWidth; ++i) bar += i < full ? "━" : "─";
  return bar;
}

}  // namespace

Terminal::Terminal(bool quiet) : show_(!quiet && isatty(STDERR_FILENO) == 1) {}

Terminal::~Terminal() { EndStage(); }

bool Terminal::Cancelled() const { return StopRequested(); }

void Terminal::Stage(std::string_view name, uint64_t total, std::string_view unit) {
  EndStage();
  std::lock_guard lock(mutex_);
  progress_ = {std::string(name), 0, total, std::string(unit), 0, -1};
  stage_began_ = Steady::now();
  Draw();
}

void Terminal::Advance(uint64_t count) {
  std::lock_guard lock(mutex_);
  progress_.done += count;
  auto now = Steady::now();
  if (!show_ || now - last_drawn_ < kRedraw) return;
  double seconds = std::chrono::duration<double>(now - stage_began_).count();
  progress_.rate = seconds > 0 ? static_cast<double>(progress_.done) / seconds : 0;
  bool known = progress_.total > progress_.done && progress_.rate > 0 && seconds > 0.5;
  progress_.eta_ms = known ? static_cast<int64_t>(static_cast<double>(progress_.total - progress_.done) /
                                                  progress_.rate * 1000)
                           : -1;
  Draw();
}

void Terminal::Show(const schedule::JobProgress& progress) {
  std::lock_guard lock(mutex_);
  if (progress.stage != progress_.stage) stage_began_ = Steady::now();
  progress_ = progress;
  if (show_ && !progress.stage.empty()) Draw();
}

void Terminal::Line(std::string_view text) {
  std::lock_guard lock(mutex_);
  Clear();
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

void Terminal::EndStage() {
  std::lock_guard lock(mutex_);
  Clear();
  progress_ = {};
}

// With mutex_ held.
void Terminal::Draw() {
  if (!show_ || progress_.stage.empty()) return;
  last_drawn_ = Steady::now();
  std::string text = fmt::format("\r\033[K{:<28}", progress_.stage);
  if (progress_.total > 0) {
    double share = std::min(1.0, static_cast<double>(progress_.done) / static_cast<double>(progress_.total));
    text += fmt::format(" {} {:3.0f} %  {}", Bar(share), share * 100, Amount(progress_.done, progress_.unit));
  } else if (progress_.done > 0) {
    text += " " + Amount(progress_.done, progress_.unit);
  }
  if (progress_.rate >= 1)
    text += fmt::format("  {}/s", Amount(static_cast<uint64_t>(progress_.rate), progress_.unit));
  if (progress_.eta_ms > 0) text += fmt::format("  {} left", Duration(progress_.eta_ms));
  std::fputs(text.c_str(), stderr);
  std::fflush(stderr);
  drawn_ = true;
}

void Terminal::Clear() {
  if (!drawn_) return;
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
  drawn_ = false;
}

}  // namespace souk::cli
