#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>

#include "app/data_directory.h"
#include "app/platform.h"
#include "app/shop_size.h"
#include "base/files.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

extern char** environ;

namespace souk::cli {
namespace {

struct DemoFlags {
  std::string size = "default";
  bool no_open = false;
};

// The demo shop's settings live in its data directory, so that every later verb there knows them.
constexpr const char* kDemoSettings =
    "# Written by souk demo; settings of this data directory. Your souk.toml and --set win over them.\n"
    "[shop]\nname = \"Demo shop\"\ntime_zone = \"Europe/Berlin\"\ncurrency = \"EUR\"\n"
    "[broker]\nretention_bytes = \"256MiB\"  # of each partition; the living shop never ends\n";

// The demo shop of a size; `days` as DaysOf gives them, "" for those that the shop has when it is made today.
Result<generate::HistoryOptions> DemoShop(const Settings& settings, const std::string& size,
                                          const std::string& days) {
  generate::HistoryOptions shop;
  TRY_STATUS(app::SetShopSize(size, shop));
  size_t blank = std::min(days.find(' '), days.size());
  TRY_STATUS(app::SetShopDays(days.substr(0, blank), days.substr(std::min(blank + 1, days.size())),
                              SystemClock(), shop));
  shop.time_zone = settings.Text("shop.time_zone");
  shop.currency = settings.Text("shop.currency");
  return shop;
}

// "2025-11-21 2026-11-20"
std::string DaysOf(const generate::HistoryOptions& shop) {
  return FormatDay(shop.first_day) + " " + FormatDay(shop.last_day);
}

Status MakeShop(generate::HistoryOptions shop, const std::string& folder, bool quiet) {
  shop.directory = folder;
  shop.overwrite = true;
  Terminal terminal(quiet);
  return generate::GenerateHistory(shop, terminal).map([](const auto&) {});
}

// Opens the page in the browser of whoever sits before the machine; not having one is no error.
void OpenBrowser(const std::string& url) {
  std::string program = "xdg-open", address = url;
  char* arguments[] = {program.data(), address.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 1, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", 1, 0);
  pid_t pid = 0;
  posix_spawnp(&pid, program.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
}

int RunStep(const CommandLine& line, const Settings& settings, const std::string& verb,
            std::vector<std::string> args) {
  CommandLine step = line;
  step.verb = verb;
  step.args = std::move(args);
  return RunVerb(step, settings);
}

// Beside the data directory's other files: size and days of the shop that is complete there.
constexpr const char* kDemoReady = "/demo-ready";

// The shop goes on while the demo runs, with the customers and products of its past.
Result<app::LiveRequest> LiveShop(const Settings& settings) {
  TRY(std::string text, ReadFile(AbsolutePath(settings.Text("data.dir")) + kDemoReady));
  std::istringstream lines(text);
  std::string size, days;
  std::getline(lines, size);
  std::getline(lines, days);
  app::LiveRequest request;
  TRY(request.live.history, DemoShop(settings, size, days));
  return request;
}

// Generates, ingests and builds the shop unless an earlier demo did; the marker is written last.
int PrepareShop(const CommandLine& line, const Settings& settings, const DemoFlags& flags) {
  std::string directory = AbsolutePath(settings.Text("data.dir"));
  std::string marker = directory + kDemoReady, files = directory + "/demo-files";
  if (PathExists(marker)) return kExitOk;
  auto shop = DemoShop(settings, flags.size, "");
  if (!shop) return PrintError(shop.error());
  if (Status made = MakeShop(*shop, files, line.quiet); !made) return PrintError(made.error());
  if (int code = RunStep(line, settings, "ingest", {files}); code != kExitOk) return code;
  if (int code = RunStep(line, settings, "build", {}); code != kExitOk) return code;
  if (Status written = WriteFileAtomic(marker, flags.size + "\n" + DaysOf(*shop) + "\n"); !written)
    return PrintError(written.error());
  (void)RemoveTree(files);  // the lake has them
  return kExitOk;
}

}  // namespace

int RunDemo(const CommandLine& line) {
  CLI::App parser("a simulated shop from nothing to its page: generate, ingest, build, up", "souk demo");
  DemoFlags flags;
  parser.add_option("--size", flags.size, "small, default or large")
      ->check(CLI::IsMember({"small", "default", "large"}));
  parser.add_flag("--no-open", flags.no_open, "open no browser");
  if (auto done = ParseArguments(parser, line, "demo")) return *done;
  auto settings = app::LoadSettings(line.sources);
  if (!settings) return PrintError(settings.error());
  std::string directory = AbsolutePath(settings->Text("data.dir"));
  if (auto owner = app::DataDirectory::FindOwner(directory); owner && !owner->url.empty()) {
    std::printf("already running\n%s\n", owner->url.c_str());
    return kExitOk;
  }
  std::string own = directory + "/" + app::kDirectorySettings;
  if (PathExists(directory + "/format") && !PathExists(own)) {
    return PrintError(
        {Code::kAlreadyExists,
         fmt::format("{} holds data of your own; give the demo another place with --data-dir", directory)});
  }
  if (Status free = app::CheckPorts(*settings); !free) return PrintError(free.error());
  if (Status made = CreateDirectories(directory); !made) return PrintError(made.error());
  if (!PathExists(own)) {
    if (Status written = WriteFileAtomic(own, kDemoSettings); !written) return PrintError(written.error());
  }
  settings = app::LoadSettings(line.sources);
  if (!settings) return PrintError(settings.error());
  if (int code = PrepareShop(line, *settings, flags); code != kExitOk) return code;
  if (StopRequested()) return kExitCancelled;
  app::PlatformOptions options;
  auto live = LiveShop(*settings);
  if (!live) return PrintError(live.error());
  options.live = *live;
  options.on_listen = [&](const std::string& url) {
    if (!url.starts_with("http")) return;  // the broker; the page is what a person wants to know
    std::printf("\nSouk is running; Ctrl-C stops it. The page:\n%s\n", url.c_str());
    std::fflush(stdout);
    if (!flags.no_open) OpenBrowser(url);
  };
  options.should_stop = StopRequested;
  Status ended = app::RunPlatform(*settings, SystemClock(), options);
  return ended ? kExitOk : PrintError(ended.error());
}

}  // namespace souk::cli
