// Where a self-test's records go.
#pragma once

#include <string>
#include <vector>

#include "app/selftest/expected_lake.h"
#include "base/result.h"
#include "kafka/client_settings.h"

namespace souk::app {

// "127.0.0.1:port" with a port that nobody uses now, so that a broker that is started again has the same one.
Result<std::string> FreeLocalAddress();

// Makes topics of three partitions where they are missing. kAlreadyExists when one holds records: they would
// be counted too.
Status MakeEmptyTopics(const kafka::ClientSettings& clients, const std::vector<std::string>& topics);

// All records of a topic of refused records; waits for none.
Result<std::vector<RefusedMessage>> ReadRefused(const kafka::ClientSettings& clients,
                                                const std::string& topic);

}  // namespace souk::app
