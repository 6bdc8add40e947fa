// What the operating system knows of this process, and how the services are.
#pragma once

#include "app/service.h"
#include "base/clock.h"
#include "base/metric.h"

namespace souk::app {

// Called by a collector. `started_at` is when the program began.
void SayProcess(MetricSamples& out, Micros started_at);
// Memory in use (RSS) of this process.
double ResidentBytes();
void SayServices(MetricSamples& out, const ServiceHost& services);

}  // namespace souk::app
