#include "broker/core.h"

namespace souk::broker {

Core::Core(BrokerOptions options, log::LogStore& store)
    : options_(std::move(options)),
      store_(store),
      groups_(store, {options_.initial_rebalance_delay_ms, options_.min_session_timeout_ms,
                      options_.max_session_timeout_ms, nullptr}) {}

std::string Core::AdvertisedHost(AnswerSink& sink) const {
  return options_.advertised_host.empty() ? sink.local_address() : options_.advertised_host;
}

int32_t Core::AdvertisedPort() const {
  return options_.advertised_port != 0 ? options_.advertised_port : port_.load();
}

std::shared_ptr<const log::Topic> Core::AutoCreate(const std::string& name) {
  if (!options_.auto_create_topics || !log::CheckTopicName(name)) return nullptr;
  auto made = store_.CreateTopic(name, options_.default_partitions, {});
  return made ? *made : store_.FindTopic(name);  // somebody else may have been quicker
}

}  // namespace souk::broker
