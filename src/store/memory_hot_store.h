// A HotStore that forgets everything when the program ends: for measuring the processor by itself, and for
// tests.
#pragma once

#include <memory>

#include "store/hot_store.h"

namespace souk::store {

std::unique_ptr<HotStore> MakeMemoryHotStore();

}  // namespace souk::store
