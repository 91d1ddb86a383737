# The torch wheel as an SDK. find_package(Torch) wants a whole CUDA toolkit for CUDA wheels, so the target is our own.
if(NOT ESPALIER_TORCH_ROOT)
  file(GLOB found ${CMAKE_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch)
  list(GET found 0 found)
  set(ESPALIER_TORCH_ROOT ${found} CACHE PATH "folder of the torch wheel")
endif()
if(NOT EXISTS ${ESPALIER_TORCH_ROOT}/include/torch)
  message(FATAL_ERROR "no torch wheel at '${ESPALIER_TORCH_ROOT}'. Run scripts/bootstrap.sh or set ESPALIER_TORCH_ROOT.")
endif()

add_library(espalier_torch INTERFACE)
target_include_directories(espalier_torch SYSTEM INTERFACE ${ESPALIER_TORCH_ROOT}/include
                           ${ESPALIER_TORCH_ROOT}/include/torch/csrc/api/include)
target_link_directories(espalier_torch INTERFACE ${ESPALIER_TORCH_ROOT}/lib)
target_link_libraries(espalier_torch INTERFACE torch torch_cpu c10)
target_link_options(espalier_torch INTERFACE -Wl,-rpath,${ESPALIER_TORCH_ROOT}/lib)

# One precompiled header for every file that includes torch: ATen alone, since reading torch/torch.h back takes seven
# seconds a file.
file(WRITE ${CMAKE_BINARY_DIR}/torch_pch.cpp "")
add_library(espalier_torch_pch STATIC ${CMAKE_BINARY_DIR}/torch_pch.cpp)
target_link_libraries(espalier_torch_pch PUBLIC espalier_flags espalier_torch)
target_precompile_headers(espalier_torch_pch PRIVATE <ATen/ATen.h>)
