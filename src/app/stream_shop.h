// souk generate live, souk generate replay and souk sink: the stream filled by a simulated shop, by a file,
// and emptied into files.
#pragma once

#include <string>

#include "app/service.h"
#include "base/options.h"
#include "base/progress.h"
#include "generate/live.h"
#include "generate/replay.h"
#include "ingest/topic_sink.h"

namespace souk::app {

struct LiveRequest {
  generate::LiveOptions live;
  double seconds = 0;  // end after so long; 0 = when it is stopped
  std::string compression = "snappy";
};
Result<generate::LiveSummary> RunLiveShop(Progress& out, const Settings& settings, const Clock& clock,
                                          const LiveRequest& request);

Result<generate::DeliverySummary> RunReplayFile(Progress& out, const Settings& settings,
                                                const generate::ReplayOptions& options);

// Into `folder`: a directory, or the URL of one.
Result<ingest::TopicSinkSummary> RunSink(Progress& out, const Settings& settings, const Clock& clock,
                                         const std::string& folder, ingest::TopicSinkOptions options);

// The living shop of `souk demo`, beside the platform's services.
class LiveShopService : public Service {
 public:
  LiveShopService(const Settings& settings, const Clock& clock, LiveRequest request);
  ~LiveShopService() override;

  std::string_view name() const override { return "live shop"; }
  Status Start() override;
  void Stop() override;
  Status Health() override;

 private:
  struct Run;
  const Settings& settings_;
  const Clock& clock_;
  LiveRequest request_;
  std::unique_ptr<Run> run_;
};

}  // namespace souk::app
