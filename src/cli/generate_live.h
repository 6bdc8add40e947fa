// The halves of `souk generate` that fill topics: live and replay. For generate.cc only.
#pragma once

#include <memory>

#include "cli/command.h"

namespace CLI {
class App;
}

namespace souk::cli {

// One subcommand: its flags, and what it does with them.
class StreamCommand {
 public:
  virtual ~StreamCommand() = default;
  virtual bool given() const = 0;
  virtual int Run(const CommandLine& line, const Settings& settings) = 0;
};

std::unique_ptr<StreamCommand> AddLiveCommand(CLI::App& generate);
std::unique_ptr<StreamCommand> AddReplayCommand(CLI::App& generate);

}  // namespace souk::cli
