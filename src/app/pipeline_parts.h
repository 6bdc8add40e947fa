// What the page Pipeline looks at, as the settings say.
#pragma once

#include "app/broker_service.h"
#include "app/parts.h"
#include "app/service.h"
#include "schedule/job_host.h"
#include "serve/http/api.h"

namespace souk::app {

// Fills in stream, topics, lake, quarantine, builds, lineage, uploads, and how the program and its services
// are. `broker` is null when the stream is a Kafka somewhere else. All outlive `api`.
Status AddPipelineParts(serve::ApiParts& api, Parts& parts, schedule::JobHost& jobs, ServiceHost& services,
                        const BrokerService* broker);

}  // namespace souk::app
