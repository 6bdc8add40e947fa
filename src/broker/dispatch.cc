#include "broker/dispatch.h"

#include <boost/asio/post.hpp>

#include "base/log.h"
#include "broker/handler/handlers.h"

namespace souk::broker {

wire::ApiVersionsResponse ApiVersionsAnswer();  // handler/api_versions.cc

namespace {

struct Entry {
  ApiRange range;
  int16_t flexible_from = 0;
  Place place = Place::kNetwork;
  void (*run)(Core& core, const CallPtr& call, wire::Reader& in) = nullptr;
};

template <typename H>
void Run(Core& core, const CallPtr& call, wire::Reader& in) {
  typename H::Request request;
  if (!request.Decode(in, call->version())) {
    return call->Abort(fmt::format("a {} request of version {} cannot be read: {}", H::kName, call->version(),
                                   in.problem()));
  }
  H::Handle(core, call, request);
}

template <typename... H>
std::vector<Entry> MakeEntries(const std::tuple<H...>*) {
  return {Entry{{H::kName, H::Request::kApiKey, H::kMinVersion, H::kMaxVersion},
                H::Request::kFlexibleFrom,
                H::kPlace,
                &Run<H>}...};
}

const std::vector<Entry>& Entries() {
  static const std::vector<Entry> entries = MakeEntries(static_cast<const Handlers*>(nullptr));
  return entries;
}

const Entry* FindEntry(int16_t api_key) {
  for (const Entry& entry : Entries()) {
    if (entry.range.api_key == api_key) return &entry;
  }
  return nullptr;
}

// A client may ask for versions in a version that the broker does not know: it is told so in the oldest one,
// with the list, and asks again.
void RefuseApiVersions(Call& call) {
  wire::ApiVersionsResponse response = ApiVersionsAnswer();
  response.error_code = Wire(ErrorCode::kUnsupportedVersion);
  call.ReplyAs(response, 0, false);
}

}  // namespace

const std::vector<ApiRange>& SupportedApis() {
  static const std::vector<ApiRange> apis = [] {
    std::vector<ApiRange> list;
    for (const Entry& entry : Entries()) list.push_back(entry.range);
    return list;
  }();
  return apis;
}

void Dispatcher::Dispatch(std::string_view request, std::shared_ptr<AnswerSink> sink,
                          std::function<void()> handled, boost::asio::thread_pool& workers) {
  wire::Reader in(request);
  wire::RequestHeader header = wire::ReadRequestHeader(in);
  const Entry* entry = FindEntry(header.api_key);
  bool known = in.ok() && entry != nullptr && header.api_version >= entry->range.min_version &&
               header.api_version <= entry->range.max_version;
  std::shared_ptr<ApiCount> count;
  if (known) {
    auto key = static_cast<size_t>(header.api_key), version = static_cast<size_t>(header.api_version);
    count = {counts_, &(*counts_)[key][version]};
    ++count->requests;
  }
  auto call = std::make_shared<Call>(sink, std::move(count), header);
  if (!known) {
    if (in.ok() && header.api_key == wire::ApiVersionsRequest::kApiKey)
      RefuseApiVersions(*call);
    else
      call->Abort(fmt::format("API {} in version {} is not supported", header.api_key, header.api_version));
    return handled();
  }
  if (header.api_version >= entry->flexible_from) in.SkipTags();
  if (entry->place == Place::kNetwork) {
    entry->run(core_, call, in);
    return handled();
  }
  boost::asio::post(workers, [this, entry, call, in, sink, handled = std::move(handled)]() mutable {
    entry->run(core_, call, in);
    boost::asio::post(sink->loop(), std::move(handled));
  });
}

std::vector<ApiUse> Dispatcher::use() const {
  std::vector<ApiUse> list;
  for (const ApiRange& api : SupportedApis()) {
    for (int16_t version = api.min_version; version <= api.max_version; ++version) {
      const ApiCount& count = (*counts_)[static_cast<size_t>(api.api_key)][static_cast<size_t>(version)];
      if (count.requests == 0) continue;
      list.push_back({api.name, api.api_key, version, count.requests, count.errors});
    }
  }
  return list;
}

}  // namespace souk::broker
