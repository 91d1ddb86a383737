# One place for how everything is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_RELEASE "-O2")  # checks stay on: no NDEBUG

add_library(espalier_flags INTERFACE)
target_compile_options(espalier_flags INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
                                                -fstack-protector-strong -fpch-preprocess)
target_link_options(espalier_flags INTERFACE -Wl,-z,relro,-z,now)
target_include_directories(espalier_flags INTERFACE ${CMAKE_SOURCE_DIR}/include)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} rev-parse --short HEAD OUTPUT_VARIABLE ESPALIER_COMMIT
                OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT ESPALIER_COMMIT)
  set(ESPALIER_COMMIT unknown)
endif()
set_source_files_properties(src/core/build_info.cpp PROPERTIES COMPILE_DEFINITIONS
  "ESPALIER_COMMIT=\"${ESPALIER_COMMIT}\";ESPALIER_VERSION=\"${PROJECT_VERSION}\";ESPALIER_BUILD_TYPE=\"${CMAKE_BUILD_TYPE}\"")
