#include "app/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "app/metric_list.h"
#include "app/version.h"

namespace souk::app {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / kMicrosPerSecond;
}

// The entries of a directory of /proc; it is read, not counted by the system.
double EntriesOf(const char* directory) {
  std::error_code error;
  double entries = 0;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    ++entries;
  }
  return entries;
}

}  // namespace

double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

void SayProcess(MetricSamples& out, Micros started_at) {
  using namespace metric;
  out.Add(kProcessInfo, {kVersion}, 1);
  out.Add(kProcessStart, {}, static_cast<double>(started_at) / kMicrosPerSecond);
  rusage use{};
  if (getrusage(RUSAGE_SELF, &use) == 0) {
    out.Add(kProcessCpu, {}, Seconds(use.ru_utime) + Seconds(use.ru_stime));
  }
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    out.Add(kProcessFilesMost, {}, static_cast<double>(files.rlim_cur));
  }
  out.Add(kProcessMemory, {}, ResidentBytes());
  out.Add(kProcessFiles, {}, EntriesOf("/proc/self/fd") - 1);  // without the one that reads the directory
  out.Add(kProcessThreads, {}, EntriesOf("/proc/self/task"));
}

void SayServices(MetricSamples& out, const ServiceHost& services) {
  for (const ServiceInfo& info : services.Services()) {
    out.Add(metric::kServiceUp, {info.name}, info.state == ServiceState::kRunning ? 1 : 0);
    out.Add(metric::kServiceRestarts, {info.name}, info.restarts);
    for (const Holding& holding : info.holds)
      out.Add(metric::kServiceHeld, {info.name, holding.what}, static_cast<double>(holding.bytes));
  }
}

}  // namespace souk::app
