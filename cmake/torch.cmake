# The torch wheel as an SDK. find_package(Torch) wants a whole CUDA toolkit for CUDA wheels, so the target is our own.
set(ESPALIER_CUDA AUTO CACHE STRING "build the trainer for CUDA: AUTO (as the wheel is), ON, OFF")
set_property(CACHE ESPALIER_CUDA PROPERTY STRINGS AUTO ON OFF)
if(NOT ESPALIER_TORCH_ROOT)
  set(environment .venv)
  if(ESPALIER_CUDA STREQUAL ON)
    set(environment .venv-cuda)
  endif()
  file(GLOB found ${CMAKE_SOURCE_DIR}/${environment}/lib/python3*/site-packages/torch)
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
# The standard library first: libtorch.so of the CUDA wheel exports a std::filesystem of its own, half of which is missing.
# One item each: CMake would keep only one of two equal flags.
target_link_libraries(espalier_torch INTERFACE -Wl,--push-state,--no-as-needed,-lstdc++,--pop-state torch torch_cpu c10)
target_link_options(espalier_torch INTERFACE -Wl,-rpath,${ESPALIER_TORCH_ROOT}/lib)

# No toolkit and no GPU are needed to build for CUDA, only the wheel's nvidia-* packages.
set(espalier_cuda OFF)
if(EXISTS ${ESPALIER_TORCH_ROOT}/lib/libtorch_cuda.so)
  set(espalier_cuda ON)
elseif(ESPALIER_CUDA STREQUAL ON)
  message(FATAL_ERROR "ESPALIER_CUDA=ON, but the torch wheel at '${ESPALIER_TORCH_ROOT}' is a CPU one. "
                      "Run scripts/bootstrap.sh --cuda or set ESPALIER_TORCH_ROOT.")
endif()
if(ESPALIER_CUDA STREQUAL OFF)
  set(espalier_cuda OFF)
endif()
message(STATUS "CUDA: ${espalier_cuda} (ESPALIER_CUDA=${ESPALIER_CUDA})")
if(espalier_cuda)
  set(nvidia ${ESPALIER_TORCH_ROOT}/../nvidia)
  file(GLOB nvidia_libraries LIST_DIRECTORIES ON ${nvidia}/*/lib)
  file(GLOB nvidia_includes LIST_DIRECTORIES ON ${nvidia}/cu13/include ${nvidia}/nccl/include)
  list(LENGTH nvidia_includes found)
  if(found LESS 2)
    message(FATAL_ERROR "the wheel at '${ESPALIER_TORCH_ROOT}' is for CUDA, but beside it lack nvidia/cu13 or nvidia/nccl. "
                        "Run scripts/bootstrap.sh --cuda.")
  endif()
  target_compile_definitions(espalier_torch INTERFACE ESPALIER_CUDA=1)
  target_include_directories(espalier_torch SYSTEM INTERFACE ${nvidia_includes})
  foreach(folder ${nvidia_libraries})
    target_link_directories(espalier_torch INTERFACE ${folder})
    target_link_options(espalier_torch INTERFACE -Wl,-rpath,${folder} -Wl,-rpath-link,${folder})
  endforeach()
  # NVRTC opens its builtins by name, and looks where it finds nothing by itself: they are linked, so that they are there.
  file(GLOB builtins ${nvidia}/cu13/lib/libnvrtc-builtins.so.13*)
  list(GET builtins 0 builtins)
  get_filename_component(builtins ${builtins} NAME)
  target_link_libraries(espalier_torch INTERFACE
    -Wl,--push-state,--no-as-needed,-ltorch_cuda,-lc10_cuda,-l:libcudart.so.13,-l:libnvrtc.so.13,-l:${builtins},-l:libnccl.so.2,--pop-state)
endif()

# One precompiled header for every file that includes torch: ATen alone, since reading torch/torch.h back takes seven
# seconds a file.
file(WRITE ${CMAKE_BINARY_DIR}/torch_pch.cpp "")
add_library(espalier_torch_pch STATIC ${CMAKE_BINARY_DIR}/torch_pch.cpp)
target_link_libraries(espalier_torch_pch PUBLIC espalier_flags espalier_torch)
target_precompile_headers(espalier_torch_pch PRIVATE <ATen/ATen.h>)
