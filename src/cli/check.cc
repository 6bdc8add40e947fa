#include <cstdio>

#include "app/platform.h"
#include "cli/command.h"
#include "cli/exit.h"

namespace souk::cli {

int RunCheck(const CommandLine& line, const Settings& settings) {
  if (!line.args.empty()) {
    std::puts(
        "usage: souk check\n\nTries every connection and store as the platform uses them, one line each.");
    return line.args[0] == "--help" || line.args[0] == "-h" ? kExitOk : kExitInvalid;
  }
  int code = kExitOk;
  for (const auto& result : app::CheckAll(settings, SystemClock())) {
    std::printf("%s  %s\n", result.status ? "ok    " : "FAILED", result.name.c_str());
    if (result.status) continue;
    std::printf("        %s\n", result.status.error().message.c_str());
    code = ExitCodeOf(result.status.error().code);
  }
  return code;
}

}  // namespace souk::cli
