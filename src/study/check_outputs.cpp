#include "study/parts.hpp"

namespace espalier::study {

void check_outputs(const Whole&) {}

}  // namespace espalier::study
