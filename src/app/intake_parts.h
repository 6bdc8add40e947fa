// The intake as the settings say.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/options.h"
#include "ingest/intake/intake.h"

namespace souk::app {

Result<ingest::IntakeOptions> IntakeOptionsOf(const Settings& settings);
// Looks for the stream when the first record comes. `settings` and `clock` outlive it.
Result<std::unique_ptr<ingest::Intake>> MakeIntake(const Settings& settings, const Clock& clock);

}  // namespace souk::app
