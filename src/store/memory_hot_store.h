// A HotStore in the plainest way there is, which forgets everything when the program ends: for measuring the
// processor by itself, for tests, and for the contract's suite to compare others with.
#pragma once

#include <memory>

#include "store/hot_store.h"

namespace souk::store {

std::unique_ptr<HotStore> MakeMemoryHotStore();

}  // namespace souk::store
