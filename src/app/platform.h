// `souk up`: the services of one data directory in one process.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/stream_shop.h"
#include "base/clock.h"
#include "base/options.h"

namespace souk::app {

struct PlatformOptions {
  std::vector<std::string> only;  // names of services; empty = all
  // Hears "kafka://127.0.0.1:9092" when the broker listens, and the page's address when the web server does.
  std::function<void(const std::string& url)> on_listen;
  // A living shop that fills the stream meanwhile; its records have customers and products of a history.
  std::optional<LiveRequest> live;
  // Asked about every 100 ms; true ends the run in order.
  std::function<bool()> should_stop;
};

// Returns when everything has stopped. Fails when a service cannot be started.
Status RunPlatform(const Settings& settings, const Clock& clock, const PlatformOptions& options);

// Whether the ports of the settings can be had: kUnavailable names the one that is taken and its setting.
// Worth asking before work of minutes that ends in RunPlatform.
Status CheckPorts(const Settings& settings);

// The names that --only takes.
std::vector<std::string> ServiceNames();

// One line for each connection and store: what was checked and whether it works. While `souk up` runs it is
// asked.
struct CheckResult {
  std::string name;
  Status status;
};
std::vector<CheckResult> CheckAll(const Settings& settings, const Clock& clock);

}  // namespace souk::app
