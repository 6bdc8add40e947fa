#include "base/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

namespace souk {
namespace {

struct State {
  std::mutex mutex;
  LogLevel level = LogLevel::kWarn;
  bool json = false;
  std::map<std::string, LogLevel, std::less<>> rooms;
  std::shared_ptr<spdlog::logger> logger;
};

State& Instance() {
  static State state;
  return state;
}

const char* LevelName(LogLevel level) {
  static constexpr const char* kNames[] = {"debug", "info", "warn", "error", "off"};
  return kNames[static_cast<int>(level)];
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  static constexpr spdlog::level::level_enum kLevels[] = {
      spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err, spdlog::level::off};
  return kLevels[static_cast<int>(level)];
}

std::string TextLine(std::string_view room, std::string_view message,
                     std::initializer_list<LogField> fields) {
  std::string line = fmt::format("{:<9} {}", room, message);
  for (const auto& [key, value] : fields) {
    bool quote = value.empty() || value.find_first_of(" \"=\n\t") != std::string::npos;
    line += fmt::format(
        "  {}={}", key,
        quote ? nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) : value);
  }
  return line;
}

std::string JsonLine(LogLevel level, std::string_view room, std::string_view message,
                     std::initializer_list<LogField> fields) {
  nlohmann::ordered_json object;
  object["level"] = LevelName(level);
  object["room"] = room;
  object["message"] = message;
  for (const auto& [key, value] : fields) object[std::string(key)] = value;
  std::string text = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return text.substr(1);  // the pattern opens the object with the time
}

LogLevel LevelOf(const State& state, std::string_view room) {
  auto found = state.rooms.find(room);
  return found == state.rooms.end() ? state.level : found->second;
}

}  // namespace

Result<LogLevel> ParseLogLevel(std::string_view text) {
  for (LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarn, LogLevel::kError, LogLevel::kOff}) {
    if (text == LevelName(level)) return level;
  }
  return Fail(Code::kInvalid, "unknown log level '{}'; use debug, info, warn, error or off", text);
}

Status ConfigureLog(const LogOptions& options) {
  std::map<std::string, LogLevel, std::less<>> rooms;
  std::string_view rest = options.rooms;
  while (!rest.empty()) {
    std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), item.size() + 1));
    size_t equals = item.find('=');
    if (equals == std::string_view::npos) {
      return Fail(Code::kInvalid, "log.rooms: '{}' is not of the form room=level", item);
    }
    TRY(LogLevel level, ParseLogLevel(item.substr(equals + 1)));
    rooms[std::string(item.substr(0, equals))] = level;
  }
  auto logger = std::make_shared<spdlog::logger>("souk", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  std::string pattern =
      options.json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ",%v)" : "%Y-%m-%d %H:%M:%S.%e %-5l %v";
  auto zone = options.json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local;
  logger->set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, zone));
  State& state = Instance();
  std::lock_guard lock(state.mutex);
  state.level = options.level;
  state.json = options.json;
  state.rooms = std::move(rooms);
  state.logger = std::move(logger);
  return {};
}

bool LogEnabled(LogLevel level, std::string_view room) {
  State& state = Instance();
  std::lock_guard lock(state.mutex);
  return level >= LevelOf(state, room);
}

void Log(LogLevel level, std::string_view room, std::string_view message,
         std::initializer_list<LogField> fields) {
  State& state = Instance();
  std::shared_ptr<spdlog::logger> logger;
  bool json = false;
  {
    std::lock_guard lock(state.mutex);
    if (level < LevelOf(state, room)) return;
    logger = state.logger;
    json = state.json;
  }
  if (!logger) return;
  std::string line = json ? JsonLine(level, room, message, fields) : TextLine(room, message, fields);
  logger->log(SpdlogLevel(level), line);
}

}  // namespace souk
