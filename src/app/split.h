// `souk split` needs nothing of a running Souk; the command line reaches it through here.
#pragma once

#include "ingest/split.h"  // IWYU pragma: export
