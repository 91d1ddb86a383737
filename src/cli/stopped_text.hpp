#pragma once
// Words for the end of a launch that leaves work.
#include <string>

#include "espalier/store/state.hpp"

namespace espalier::cli {

/// Says "saved" only where the journal shows that every attempt of the last launch saved what it had done. The launch
/// must be over (store::settle_dead).
std::string stopped_text(const store::State& state);

}  // namespace espalier::cli
