// What every build did, model by model, in control.sqlite beside the jobs. Survives the program.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "serve/build_history.h"

namespace souk::app {

// Threads: any; calls are serialised inside. The last 500 builds are kept.
class BuildLog : public serve::BuildHistory {
 public:
  static Result<std::unique_ptr<BuildLog>> Open(const std::string& path);
  ~BuildLog() override;

  // `run.id` is not looked at.
  Status Add(const serve::BuildRun& run);
  Result<std::vector<serve::BuildRun>> List(size_t limit) const override;

 private:
  struct Impl;
  explicit BuildLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace souk::app
