// Structured logs: one line per event on standard error, as text or JSON, with a level per room.
// Levels say who must act: error = the operator now, warn = the operator some day, info = nobody, debug = a
// developer.
#pragma once

#include <fmt/core.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace souk {

enum class LogLevel { kDebug, kInfo, kWarn, kError, kOff };

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  bool json = false;
  // "lake=debug,net=warn": levels of single rooms.
  std::string rooms;
};

// Call once before threads start; may be called again in tests.
Status ConfigureLog(const LogOptions& options);
Result<LogLevel> ParseLogLevel(std::string_view text);
bool LogEnabled(LogLevel level, std::string_view room);

using LogField = std::pair<std::string_view, std::string>;

// One event. `message` is a plain sentence without values that vary; those are fields. Thread-safe.
void Log(LogLevel level, std::string_view room, std::string_view message,
         std::initializer_list<LogField> fields = {});

}  // namespace souk
