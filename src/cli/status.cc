#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "app/output.h"
#include "app/status_list.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {
namespace {

constexpr auto kRefresh = std::chrono::seconds(2);
constexpr auto kLook = std::chrono::milliseconds(50);
constexpr const char* kHome = "\x1b[H";
constexpr const char* kClearLine = "\x1b[K\n";
constexpr const char* kClearBelow = "\x1b[J";

// Keeps what is printed, so that a screen changes at once.
class Page : public Progress {
 public:
  void Stage(std::string_view, uint64_t, std::string_view) override {}
  void Advance(uint64_t) override {}
  void Line(std::string_view text) override {
    text_ += text;
    text_ += in_place_ ? kClearLine : "\n";
  }
  bool Cancelled() const override { return false; }

  explicit Page(bool in_place) : in_place_(in_place) {}
  void Show() const {
    if (in_place_) std::fputs(kHome, stdout);
    std::fputs(text_.c_str(), stdout);
    if (in_place_) std::fputs(kClearBelow, stdout);
    std::fflush(stdout);
  }

 private:
  bool in_place_;
  std::string text_;
};

// Until Ctrl-C. A platform that stops meanwhile may come again.
int Watch(const Settings& settings, app::OutputFormat format) {
  bool in_place = isatty(STDOUT_FILENO) != 0;
  if (in_place) std::fputs("\x1b[2J", stdout);
  while (!StopRequested()) {
    Page page(in_place);
    if (auto table = app::PlatformStatus(settings)) {
      app::PrintTable(page, *table, format);
    } else {
      page.Line(table.error().message);
    }
    page.Show();
    auto next = std::chrono::steady_clock::now() + kRefresh;
    while (!StopRequested() && std::chrono::steady_clock::now() < next) std::this_thread::sleep_for(kLook);
  }
  return kExitOk;
}

}  // namespace

int RunStatus(const CommandLine& line, const Settings& settings) {
  CLI::App parser("how the running platform is: services, stream, last build, topics", "souk status");
  bool watch = false;
  std::string format = "table";
  parser.add_flag("--watch", watch, "again every 2 seconds, until Ctrl-C");
  parser.add_option("--format", format, "table, csv or json")->check(CLI::IsMember({"table", "csv", "json"}));
  if (auto done = ParseArguments(parser, line, "status")) return *done;
  app::OutputFormat output = *app::ParseOutputFormat(format);
  if (watch) return Watch(settings, output);
  auto table = app::PlatformStatus(settings);
  if (!table) return PrintError(table.error());
  Terminal terminal(line.quiet);
  app::PrintTable(terminal, *table, output);
  return kExitOk;
}

}  // namespace souk::cli
