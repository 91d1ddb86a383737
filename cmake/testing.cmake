# One test program for each espalier_module() that has tests/<module>/*_test.cpp; each TEST_CASE is a ctest entry labelled by
# its module.
find_package(Catch2 REQUIRED)
find_package(rapidcheck REQUIRED)
include(Catch)

add_library(espalier_catch_main STATIC ${CMAKE_SOURCE_DIR}/tests/support/catch_main.cpp)
target_link_libraries(espalier_catch_main PUBLIC Catch2::Catch2 rapidcheck espalier_flags)
target_include_directories(espalier_catch_main PUBLIC ${CMAKE_SOURCE_DIR}/tests)

file(WRITE ${CMAKE_BINARY_DIR}/catch_pch.cpp "")
add_library(espalier_catch_pch STATIC ${CMAKE_BINARY_DIR}/catch_pch.cpp)
target_link_libraries(espalier_catch_pch PUBLIC Catch2::Catch2 rapidcheck espalier_flags)
target_precompile_headers(espalier_catch_pch PRIVATE <catch2/catch.hpp> <rapidcheck.h>)

function(espalier_tests module pch)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${module}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${module} ${sources})
  target_link_libraries(test_${module} PRIVATE espalier_${module} espalier_catch_main)
  target_include_directories(test_${module} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_precompile_headers(test_${module} REUSE_FROM espalier_${pch}_pch)
  if(pch STREQUAL torch)
    target_sources(test_${module} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/nan_memory.cpp)
  endif()
  set_target_properties(test_${module} PROPERTIES POSITION_INDEPENDENT_CODE OFF)  # as the library the header is from
  target_compile_options(test_${module} PRIVATE -fPIC)
  target_compile_definitions(test_${module} PRIVATE ESPALIER_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                             ESPALIER_BINARY_DIR="${CMAKE_BINARY_DIR}")
  catch_discover_tests(test_${module} TEST_PREFIX "${module}/" PROPERTIES LABELS ${module} TIMEOUT 300
                       DISCOVERY_MODE PRE_TEST)
endfunction()

get_property(rooms GLOBAL PROPERTY ESPALIER_ROOMS)
foreach(module ${rooms})
  espalier_tests(${module} catch)
endforeach()
get_property(rooms GLOBAL PROPERTY ESPALIER_TORCH_ROOMS)
foreach(module ${rooms})
  espalier_tests(${module} torch)
endforeach()

# What needs a GPU: one program, whose tests are skipped (77) and listed as not run where there is none.
if(ESPALIER_TRAINER)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/gpu/*.cpp)
  add_executable(test_gpu ${sources})
  target_link_libraries(test_gpu PRIVATE espalier_trainer Catch2::Catch2)
  target_include_directories(test_gpu PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_precompile_headers(test_gpu REUSE_FROM espalier_torch_pch)
  set_target_properties(test_gpu PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(test_gpu PRIVATE -fPIC)
  catch_discover_tests(test_gpu TEST_PREFIX "gpu/" PROPERTIES LABELS gpu TIMEOUT 300 SKIP_RETURN_CODE 77
                       DISCOVERY_MODE PRE_TEST)
endif()

# What tests load before a whole program: a machine whose file systems have no locks.
add_library(espalier-test-no-flock MODULE ${CMAKE_SOURCE_DIR}/tests/support/no_flock.cpp)
target_link_libraries(espalier-test-no-flock PRIVATE espalier_flags)
target_compile_options(espalier-test-no-flock PRIVATE -fno-sanitize=all)
target_link_options(espalier-test-no-flock PRIVATE -fno-sanitize=all)
set_target_properties(espalier-test-no-flock PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_RUNTIME_OUTPUT_DIRECTORY})

# Whole programs: tests/e2e/*_test.py and tests/checks/*.py, run by the virtual environment's Python. slurm_*_test.py start a
# Slurm of their own, and have a label for it: ctest -LE slurm leaves them out.
find_program(ESPALIER_PYTHON python3 HINTS ${CMAKE_SOURCE_DIR}/.venv/bin NO_DEFAULT_PATH REQUIRED)
file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/*/*_test.py)
foreach(script ${scripts})
  get_filename_component(name ${script} NAME_WE)
  get_filename_component(folder ${script} DIRECTORY)
  get_filename_component(folder ${folder} NAME)
  set(labels ${folder})
  if(name MATCHES "^slurm_")
    list(APPEND labels slurm)
  endif()
  add_test(NAME ${folder}/${name} COMMAND ${ESPALIER_PYTHON} ${script})
  set_tests_properties(${folder}/${name} PROPERTIES LABELS "${labels}" TIMEOUT 1500 SKIP_RETURN_CODE 77
    ENVIRONMENT "ESPALIER_BIN=${CMAKE_BINARY_DIR}/bin;ESPALIER_SOURCE=${CMAKE_SOURCE_DIR};PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support")
  if(name MATCHES "^slurm_")
    set_tests_properties(${folder}/${name} PROPERTIES RESOURCE_LOCK slurm)  # two clusters at once would be slow
  endif()
endforeach()
