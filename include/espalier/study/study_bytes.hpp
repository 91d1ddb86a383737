#pragma once
// A parsed study as bytes, for another process of the same build: nothing is parsed or checked again there.
#include <string>
#include <string_view>

#include "espalier/study/study.hpp"

namespace espalier::study {

/// All of the study, places in its text included. Fields have no numbers: whoever keeps the bytes keeps a version that
/// rises with every change of study.hpp.
std::string to_bytes(const Study& study);

/// Throws CorruptionError where these are not the bytes of exactly one study.
Study from_bytes(std::string_view bytes);

}  // namespace espalier::study
