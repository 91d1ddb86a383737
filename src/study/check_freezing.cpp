#include "study/parts.hpp"

namespace espalier::study {

void check_freezing(const Whole&) {}

}  // namespace espalier::study
