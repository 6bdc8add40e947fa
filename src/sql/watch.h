// Stops running statements from outside: at their deadline, when their Progress or their token is asked to
// stop, or on Connection::Cancel; and tells Progress how far DuckDB is. For the sources of this room only.
//
// Threads: one thread per Watch, started when the first statement needs it. DuckDB forgets an interrupt that
// comes before it has really begun, so the thread repeats it until the statement is over.
#pragma once

#include <duckdb.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "sql/database.h"

namespace souk::sql {

enum class StopReason { kNone, kTimeout, kCancelled };

class Watch {
 public:
  Watch() = default;
  Watch(const Watch&) = delete;
  ~Watch();

  // A statement that runs: registered for the object's life.
  class Guard {
   public:
    Guard(Watch& watch, duckdb_connection connection, const QueryOptions& options);
    Guard(const Guard&) = delete;
    ~Guard();
    StopReason reason() const { return reason_; }
    // The statement ended well: the rest of its share of the stage is done.
    void Finish();

   private:
    friend class Watch;
    struct Cancelled {
      Guard& guard;
      void operator()() const { guard.watch_.Cancel(guard); }
    };
    using Time = std::chrono::steady_clock::time_point;
    void Stop(StopReason reason);
    void Look(Time now);
    void Tell(uint64_t units);

    Watch& watch_;
    duckdb_connection connection_;
    Progress* progress_;
    uint64_t units_;
    uint64_t told_ = 0;
    Time deadline_;
    std::atomic<StopReason> reason_{StopReason::kNone};
    std::optional<std::stop_callback<Cancelled>> on_stop_;
  };

  void Cancel(duckdb_connection connection);
  // Calls it when no statement runs; none begins meanwhile.
  void WhenIdle(const std::function<void()>& act);

 private:
  void Cancel(Guard& guard);
  void StartThread();  // with mutex_ held
  void Run();
  Guard::Time NextLook(Guard::Time now) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Guard*> running_;
  std::thread thread_;
  bool ending_ = false;
};

}  // namespace souk::sql
