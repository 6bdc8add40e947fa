#include "app/settings.h"

#include <toml++/toml.h>

#include <cstdlib>

#include "base/files.h"

namespace souk::app {
namespace {

std::string TomlText(const toml::node& node) {
  if (auto text = node.value<std::string>(); node.is_string()) return *text;
  if (node.is_boolean()) return *node.value<bool>() ? "true" : "false";
  if (node.is_integer()) return std::to_string(*node.value<int64_t>());
  if (const toml::array* items = node.as_array()) {
    std::string text;
    for (const toml::node& item : *items) text += (text.empty() ? "" : ", ") + TomlText(item);
    return text;
  }
  return {};
}

// Replaces ${NAME} by the environment's value.
Result<std::string> ExpandEnvironment(std::string_view text, std::string_view origin) {
  std::string expanded;
  while (true) {
    size_t start = text.find("${");
    expanded += text.substr(0, start);
    if (start == std::string_view::npos) return expanded;
    size_t end = text.find('}', start);
    if (end == std::string_view::npos) return Fail(Code::kInvalid, "{}: '${{' without '}}'", origin);
    std::string name(text.substr(start + 2, end - start - 2));
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return Fail(Code::kInvalid, "{}: the environment has no variable {}", origin, name);
    expanded += value;
    text.remove_prefix(end + 1);
  }
}

Status SetExpanded(Settings& settings, const std::string& key, std::string_view text,
                   const std::string& origin) {
  TRY(std::string value, ExpandEnvironment(text, origin));
  return settings.Set(key, value, origin);
}

Status ReadToml(Settings& settings, const std::string& path, const toml::table& table,
                const std::string& prefix) {
  for (const auto& [name, node] : table) {
    std::string key = prefix + std::string(name.str());
    if (const toml::table* section = node.as_table()) {
      TRY_STATUS(ReadToml(settings, path, *section, key + "."));
      continue;
    }
    std::string origin = fmt::format("{} line {}", path, node.source().begin.line);
    TRY_STATUS(SetExpanded(settings, key, TomlText(node), origin));
  }
  return {};
}

Status ReadConfigFile(Settings& settings, const std::string& path) {
  TRY(std::string text, ReadFile(path));
  try {
    return ReadToml(settings, path, toml::parse(text), "");
  } catch (const toml::parse_error& error) {
    return Fail(Code::kInvalid, "{} line {}: {}", path, error.source().begin.line,
                std::string(error.description()));
  }
}

}  // namespace

const std::vector<OptionSpec>& SettingTable() {
  using K = OptionKind;
  static const std::vector<OptionSpec> kTable = {
      {"data.dir", K::kText, "souk-data", "path", "Where everything is kept; also --data-dir."},

      {"shop.name", K::kText, "My shop", "", "The shop's name on pages."},
      {"shop.time_zone", K::kText, "UTC", "IANA name",
       "Decides days and hours, and what times without an offset mean."},
      {"shop.currency", K::kText, "EUR", "ISO 4217 code", "The one currency of all money figures."},
      {"shop.charge_codes", K::kList, "POST, DOT, M, m, D, C2, C3, S, B, PADS, CRUK, AMAZONFEE, BANK CHARGES",
       "product ids", "Lines that are charges (postage, fees): in revenue, not among products."},

      {"kafka.url", K::kText, "embedded", "URL",
       "Where the stream is: embedded (souk's own broker), or kafka://host:9092,host2:9092?name=value."},
      {"kafka.properties", K::kList, "kafka_config.properties, kafka-config.properties", "paths",
       "Kafka's own files of properties for clients, read when they are there."},

      {"broker.host", K::kText, "127.0.0.1", "IP address", "Where the embedded Kafka broker listens."},
      {"broker.port", K::kInt, "9092", "port", "0: any free port, which is printed."},
      {"broker.advertised_host", K::kText, "", "host name",
       "What clients are told to connect to; empty: the address by which they came."},
      {"broker.advertised_port", K::kInt, "0", "port", "0: the port that is listened on."},
      {"broker.flush", K::kChoice, "interval", "",
       "What an acknowledged record has outlived: a killed process (os), also a power failure but for the "
       "last "
       "moment (interval), or for good (each).",
       "os|interval|each"},
      {"broker.flush_interval", K::kDuration, "1s", "", "How often flush=interval syncs."},
      {"broker.retention", K::kDuration, "168h", "", "Records older than this are deleted."},
      {"broker.retention_bytes", K::kBytes, "0", "bytes",
       "A partition keeps no more than this; 0: any size."},
      {"broker.segment", K::kBytes, "1GiB", "bytes", "Size of one file of a partition."},
      {"broker.offsets_retention", K::kDuration, "168h", "",
       "Committed offsets of groups without members are kept that long."},
      {"broker.partitions", K::kInt, "1", "partitions", "Of a topic whose maker does not say."},
      {"broker.auto_create_topics", K::kBool, "true", "", "A topic is made when a client first uses it."},
      {"broker.rebalance_delay", K::kDuration, "0s", "",
       "How long an empty group waits for more members before it divides the work."},
      {"broker.max_message", K::kBytes, "1048588", "bytes", "A larger batch of records is refused."},
      {"broker.max_request", K::kBytes, "100MiB", "bytes",
       "A connection that sends a larger request is closed."},
      {"broker.max_fetch", K::kBytes, "4MiB", "bytes",
       "Of records in one answer at most, unless a consumer will not take less."},
      {"broker.memory", K::kBytes, "256MiB", "bytes", "Memory for requests that are being received."},
      {"broker.max_connections", K::kInt, "20000", "connections", "More are refused."},
      {"broker.idle_timeout", K::kDuration, "10m", "",
       "A connection that does nothing for so long is closed."},
      {"broker.threads", K::kInt, "2", "threads", "Network threads of the broker."},

      {"intake.keys",
       K::kList,
       "",
       "name=key",
       "A key for each source that sends to /v1/events; none: only programs on this machine may.",
       {},
       true},
      {"intake.origins", K::kList, "", "origins", "Pages that may send, as https://shop.example; * for all."},
      {"intake.visitor_address", K::kChoice, "masked", "",
       "What is kept of a visitor's network address when a page sends: nothing, its network, or all.",
       "none|masked|full"},
      {"intake.max_request", K::kBytes, "8MiB", "bytes",
       "A larger request is refused, also one that is larger decompressed."},
      {"intake.max_waiting", K::kBytes, "64MiB", "bytes",
       "While more waits to be acknowledged by the stream, senders are told to come later."},
      {"intake.timeout", K::kDuration, "10s", "",
       "What the stream has not acknowledged by then has failed, and the sender is told."},

      {"stream.commit_interval", K::kDuration, "100ms", "",
       "How often live figures are committed and shown."},
      {"stream.delay", K::kDuration, "5m", "",
       "How far behind the newest an event may be and still count in its window."},
      {"stream.idle_timeout", K::kDuration, "30s", "",
       "A partition without records holds the others up no longer than this."},
      {"stream.session_gap", K::kDuration, "30m", "", "A visit ends after a pause of this length."},
      {"stream.cart_timeout", K::kDuration, "60m", "", "A cart is abandoned this long after its last add."},
      {"stream.keep", K::kDuration, "7d", "", "How long the hot store keeps orders and live figures."},
      {"stream.keep_events", K::kInt, "100000", "events", "Of the clickstream, that the hot store keeps."},
      {"stream.memory", K::kBytes, "64MiB", "bytes",
       "Memory for the contents of open visits; those of more wait in a file."},

      {"stream.lake_interval", K::kDuration, "60s", "",
       "Records of topics are in the lake after this time at the latest."},
      {"stream.lake_bytes", K::kBytes, "64MiB", "bytes", "… or when there are so many bytes of them."},

      {"hot.url", K::kText, "embedded", "URL", "Where recent orders and live figures are."},

      {"lake.url", K::kText, "", "path or URL", "Where the lake is; empty: lake/ in the data directory."},

      {"warehouse.models", K::kText, "", "path", "A directory of SQL models in place of the built-in ones."},
      {"warehouse.codec", K::kChoice, "snappy", "", "Compression of Parquet files in the lake.",
       "snappy|zstd|gzip"},
      {"warehouse.debounce", K::kDuration, "2s", "",
       "How long new input must be quiet before a build starts."},
      {"warehouse.max_wait", K::kDuration, "5m", "",
       "A build starts after this time even while input keeps coming."},

      {"sql.memory", K::kBytes, "3GB", "bytes",
       "Memory that builds and queries may use; more spills to disk."},
      {"sql.idle_memory", K::kBytes, "256MiB", "bytes",
       "Of it, what DuckDB keeps for pages it may need again while nothing runs."},
      {"sql.threads", K::kInt, "0", "threads", "Threads of builds and queries; 0: one per core."},
      {"sql.timeout", K::kDuration, "60s", "", "A query that runs longer is stopped."},
      {"sql.max_rows", K::kInt, "1000000", "rows", "A query that returns more is refused."},

      {"web.address", K::kText, "127.0.0.1", "IP address", "Where the page and the API listen."},
      {"web.port", K::kInt, "8080", "port", "0: any free port, which is printed."},
      {"web.aliases", K::kList, "", "ports",
       "Further ports of the page, for links to what it replaces: 8501 (Streamlit), 8000, 8050 (Dash)."},
      {"web.allowed_hosts", K::kList, "", "host names",
       "Names beside localhost by which browsers may reach the page."},
      {"web.max_upload", K::kBytes, "2GiB", "bytes", "The largest file that the page takes."},
      {"web.threads", K::kInt, "4", "threads", "Threads that answer requests."},

      {"log.level", K::kChoice, "warn", "", "What is logged on standard error.", "debug|info|warn|error|off"},
      {"log.rooms", K::kText, "", "room=level,…", "Levels of single parts, e.g. net=debug,warehouse=info."},
      {"log.format", K::kChoice, "text", "", "One line per event, as text or as JSON.", "text|json"},
  };
  return kTable;
}

namespace {

Status Apply(Settings& settings, const SettingSources& sources) {
  if (PathExists(sources.config_path) || sources.config_given) {
    TRY_STATUS(ReadConfigFile(settings, sources.config_path));
  }
  for (const std::string& set : sources.sets) {
    size_t equals = set.find('=');
    if (equals == std::string::npos) {
      return Fail(Code::kInvalid, "--set {}: not of the form section.key=value", set);
    }
    TRY_STATUS(SetExpanded(settings, set.substr(0, equals), set.substr(equals + 1), "--set"));
  }
  return {};
}

}  // namespace

Result<Settings> LoadSettings(const SettingSources& sources) {
  Settings settings(SettingTable());
  TRY_STATUS(Apply(settings, sources));
  std::string own = settings.Text("data.dir") + "/" + kDirectorySettings;
  if (!PathExists(own)) return settings;
  // Which directory it is, only the other sources say; they are applied again over its settings.
  Settings layered(SettingTable());
  TRY_STATUS(ReadConfigFile(layered, own));
  TRY_STATUS(Apply(layered, sources));
  return layered;
}

}  // namespace souk::app
