#include "generate/app_logs.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/files.h"
#include "generate/output_file.h"
#include "generate/random.h"
#include "generate/rows.h"
#include "generate/text_format.h"

namespace souk::generate {
namespace {

constexpr uint64_t kMaxFiles = 100'000, kMaxLines = 100'000'000;
constexpr Micros kHour = 3600 * kMicrosPerSecond;

// What a service says when all is well, and when it is not. `%p`, `%o` and `%u` stand for a product, an order
// and a customer.
struct Service {
  std::string_view name;
  double share;       // of the lines
  double latency_ms;  // median
  std::array<std::string_view, 3> works;
  std::array<std::string_view, 2> fails;
};

constexpr std::array<Service, 6> kServices = {{
    {"web",
     0.38,
     45,
     {"GET /product/%p 200", "GET / 200", "GET /search 200"},
     {"GET /product/%p 500: template failed", "GET / 503: no backend available"}},
    {"catalog",
     0.20,
     12,
     {"product %p loaded", "category page rendered", "price of %p read from cache"},
     {"product %p cannot be loaded: connection pool is exhausted", "cache node 2 does not answer"}},
    {"cart",
     0.14,
     18,
     {"%p added to the cart of %u", "cart of %u loaded", "%p removed from the cart of %u"},
     {"cart of %u cannot be saved: lock timed out", "%p cannot be added: no such product"}},
    {"checkout",
     0.10,
     140,
     {"order %o placed by %u", "address of %u checked", "shipping of order %o calculated"},
     {"order %o cannot be placed: payment failed", "order %o cannot be placed: %p is out of stock"}},
    {"payment",
     0.09,
     320,
     {"payment of order %o authorised", "payment of order %o captured", "refund for order %o sent"},
     {"payment of order %o failed: gateway timed out", "payment of order %o failed: card declined"}},
    {"account",
     0.09,
     60,
     {"%u logged in", "session of %u renewed", "profile of %u saved"},
     {"%u cannot log in: session store does not answer", "mail to %u cannot be sent: relay refused it"}},
}};

Status CheckOptions(const LogOptions& o) {
  if (o.directory.empty()) return Fail(Code::kInvalid, "no directory given for the log files");
  if (o.files > kMaxFiles || o.lines < 1 || o.lines > kMaxLines) {
    return Fail(Code::kInvalid, "there can be at most {} log files with 1 to {} lines each, not {} with {}",
                kMaxFiles, kMaxLines, o.files, o.lines);
  }
  if (!(o.error_rate >= 0 && o.error_rate <= 1)) {
    return Fail(Code::kInvalid, "the share of errors must be between 0 and 1, not {}", o.error_rate);
  }
  return {};
}

std::string PathOf(const LogOptions& o, uint64_t file) {
  Micros begin = DaysFromDay(o.first_day) * kMicrosPerDay + static_cast<Micros>(file) * kHour;
  Day day = DayFromDays(begin / kMicrosPerDay);
  return fmt::format("{}/app-{:04}{:02}{:02}T{:02}0000Z.log", o.directory, day.year, day.month, day.day,
                     begin % kMicrosPerDay / kHour);
}

// What passes through some services and leaves a line at each.
struct Request {
  uint64_t id = 0;
  uint32_t product = 0, user = 0, order = 0;

  explicit Request(Random& random)
      : id(random.Next()),
        product(random.Below(10'000)),
        user(random.Below(100'000)),
        order(random.Below(300'000)) {}
};

char* PutMessage(char* out, std::string_view form, const Request& request) {
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] != '%') {
      *out++ = form[i];
      continue;
    }
    char what = form[++i];
    out = PutText(out, what == 'p'   ? ProductId(request.product)
                       : what == 'u' ? UserId(request.user)
                                     : OrderId(request.order));
  }
  return out;
}

// One line: time, level, service, request, latency, message. True when it is an error.
bool WriteLine(OutputFile& file, Micros time, const Request& request, double error_rate, Random& random) {
  double x = random.Unit();
  size_t index = 0;
  while (index + 1 < kServices.size() && x >= kServices[index].share) x -= kServices[index++].share;
  const Service& service = kServices[index];
  bool fails = random.Chance(error_rate);
  // Most are near the median, a few take many times as long.
  double latency = service.latency_ms * (0.4 + random.Unit() - 0.35 * std::log1p(-random.Unit()));
  if (random.Chance(fails ? 0.4 : 0.01)) latency = 1000 + 4000 * random.Unit();
  std::string_view level = fails                 ? "ERROR"
                           : latency > 1000      ? "WARN "
                           : random.Chance(0.06) ? "DEBUG"
                                                 : "INFO ";
  char* begin = file.Room(512);
  char* out = PutTime(begin, time);
  out = PutText(PutText(PutText(out, " "), level), " ");
  out = PutText(PutText(out, service.name), " request_id=");
  for (int digit = 60; digit >= 0; digit -= 4) *out++ = "0123456789abcdef"[request.id >> digit & 15];
  out = PutInt(PutText(out, " latency_ms="), static_cast<int64_t>(latency));
  *out++ = ' ';
  out = PutMessage(out, fails ? service.fails[random.Below(2)] : service.works[random.Below(3)], request);
  *out++ = '\n';
  file.Advance(static_cast<size_t>(out - begin));
  return fails;
}

Status WriteLog(const LogOptions& o, uint64_t number, OutputFile& file, LogSummary& summary) {
  Random random(Key(o.seed, Stream::kAppLog, number));
  Micros begin = DaysFromDay(o.first_day) * kMicrosPerDay + static_cast<Micros>(number) * kHour;
  Request request(random);
  Micros time = begin;
  file.Open(PathOf(o, number));
  for (uint64_t line = 0; line < o.lines; ++line) {
    Micros later = time + random.Between(1, 80) * 1000;
    if (line == 0 || random.Chance(0.45)) {
      request = Request(random);
      double place = (static_cast<double>(line) + random.Unit()) / static_cast<double>(o.lines);
      later = std::max(later, begin + static_cast<Micros>(place * kHour) / 1000 * 1000);
    }
    time = std::min(later, std::max(time, begin + kHour - 1000));
    summary.errors += WriteLine(file, time, request, o.error_rate, random);
  }
  TRY(uint64_t bytes, file.Close());
  summary.bytes += bytes;
  summary.lines += o.lines;
  ++summary.files;
  return {};
}

}  // namespace

Result<LogSummary> GenerateLogs(const LogOptions& options, Progress& progress) {
  TRY_STATUS(CheckOptions(options));
  TRY_STATUS(CreateDirectories(options.directory));
  for (uint64_t file = 0; file < options.files && !options.overwrite; ++file) {
    if (!PathExists(PathOf(options, file))) continue;
    return Fail(Code::kAlreadyExists,
                "cannot write {}: the file is there already; use --overwrite, or another --first-day",
                PathOf(options, file));
  }
  progress.Stage("writing", options.files * options.lines, "lines");
  LogSummary summary;
  OutputFile file;
  for (uint64_t number = 0; number < options.files; ++number) {
    TRY_STATUS(progress.CheckCancelled());
    TRY_STATUS(WriteLog(options, number, file, summary));
    progress.Advance(options.lines);
  }
  return summary;
}

}  // namespace souk::generate
