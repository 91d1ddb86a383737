# Puts slurm/job.sh into the room `site`: the program needs no file beside itself to write a batch script.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/slurm/job.sh)
file(READ ${CMAKE_SOURCE_DIR}/slurm/job.sh job_template)
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/job_template.cpp @ONLY CONTENT [[// Generated from slurm/job.sh.
#include "site/job_template.hpp"

namespace espalier::site {
const std::string_view kJobTemplate = R"template(@job_template@)template";
}
]])
target_sources(espalier_site PRIVATE ${CMAKE_BINARY_DIR}/job_template.cpp)
