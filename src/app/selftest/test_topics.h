// Where a self-test's records go.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/client_settings.h"

namespace souk::app {

// "127.0.0.1:port" with a port that nobody uses now, so that a broker that is started again has the same one.
Result<std::string> FreeLocalAddress();

// Makes topics of three partitions where they are missing. kAlreadyExists when one holds records: they would
// be counted too.
Status MakeEmptyTopics(const kafka::ClientSettings& clients, const std::vector<std::string>& topics);

}  // namespace souk::app
