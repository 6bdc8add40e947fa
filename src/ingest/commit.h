// The end of an ingest: rejects into quarantine, files into the raw zone's log, and the report.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "ingest/ingest_run.h"

namespace souk::ingest {

// One ingest at a time in a process (and one process per data directory): a file that lies in the lake and is
// not committed yet looks like what a crash left.
std::mutex& IngestTurn();

// Removes files that an ingest put into the lake without ever committing them.
Status RemoveLeftovers(const IngestTarget& target);

// Quarantine first, then one commit per record, so that a crash between loses nothing: the same ingest again
// replaces what is in quarantine. Fills in the quarantine ids. Rejects of an earlier taking of a file go away
// last.
Status CommitFiles(const IngestTarget& target, std::vector<TakenFile>& files, const std::string& operation,
                   bool dry_run);

IngestReport MakeReport(const std::vector<TakenFile>& files);

}  // namespace souk::ingest
