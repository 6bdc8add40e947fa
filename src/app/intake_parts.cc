#include "app/intake_parts.h"

#include "app/stream_clients.h"

namespace souk::app {
namespace {

ingest::AddressDetail AddressDetailOf(const std::string& word) {
  if (word == "full") return ingest::AddressDetail::kFull;
  return word == "none" ? ingest::AddressDetail::kNone : ingest::AddressDetail::kMasked;
}

// "https://shop.example/" and "shop.example" would never be what a browser sends.
Status CheckOrigin(const std::string& origin) {
  size_t scheme = origin.find("://");
  bool fits = origin == "*" || ((origin.starts_with("http://") || origin.starts_with("https://")) &&
                                origin.size() > scheme + 3 && origin.find('/', scheme + 3) == origin.npos);
  if (fits) return {};
  return Fail(Code::kInvalid, "intake.origins: '{}' is no origin of a page; write https://shop.example, or *",
              origin);
}

}  // namespace

Result<ingest::IntakeOptions> IntakeOptionsOf(const Settings& settings) {
  ingest::IntakeOptions options;
  TRY(options.rules.sources, ingest::ParseIntakeKeys(settings.List("intake.keys")));
  options.rules.origins = settings.List("intake.origins");
  for (const std::string& origin : options.rules.origins) TRY_STATUS(CheckOrigin(origin));
  options.address = AddressDetailOf(settings.Text("intake.visitor_address"));
  options.max_request_bytes = settings.Bytes("intake.max_request");
  options.max_waiting_bytes = settings.Bytes("intake.max_waiting");
  options.decoder.currency = settings.Text("shop.currency");
  options.decoder.time_zone = settings.Text("shop.time_zone");
  options.topics = {{"clickstream", "ecommerce-clickstream"}, {"transactions", "ecommerce-transactions"}};
  return options;
}

Result<std::unique_ptr<ingest::Intake>> MakeIntake(const Settings& settings, const Clock& clock) {
  TRY(auto options, IntakeOptionsOf(settings));
  auto find = [&settings] { return StreamSettings(settings); };
  auto outlet = std::make_unique<ingest::ProducerOutlet>(
      find, std::chrono::milliseconds(settings.DurationMs("intake.timeout")));
  return std::make_unique<ingest::Intake>(std::move(options), std::move(outlet), clock, Metrics());
}

}  // namespace souk::app
