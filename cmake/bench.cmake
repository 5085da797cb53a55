# Benchmarks, built on demand: bench_tengen, the same sources against LibTorch, and OpenBLAS for matrix products.
# TENGEN_BENCH_LIBTORCH is ON for Debian's libtorch-dev, or the folder of another LibTorch (with include/ and lib/).
set(TENGEN_BENCH_LIBTORCH OFF CACHE STRING "Also build the benchmarks against LibTorch: ON or its folder")

set(bench_sources serve main overhead memory gemm conv detector go)
list(TRANSFORM bench_sources PREPEND ${PROJECT_SOURCE_DIR}/bench/)
list(TRANSFORM bench_sources APPEND .cpp)

add_executable(bench_tengen ${bench_sources} bench/limits.cpp)
target_link_libraries(bench_tengen PRIVATE tengen_detector tengen::tengen tengen_flags)

# What bench/footprint measures.
add_executable(hello_tengen bench/hello.cpp)
target_link_libraries(hello_tengen PRIVATE tengen::tengen tengen_flags)

if(TARGET tengen_go_rules)
  add_executable(bench_goboard bench/goboard.cpp)
  target_link_libraries(bench_goboard PRIVATE tengen_go_rules tengen_flags)
endif()

find_library(openblas_library openblas)
find_path(openblas_include cblas.h PATH_SUFFIXES x86_64-linux-gnu openblas)
if(openblas_library AND openblas_include)
  add_executable(bench_openblas bench/serve.cpp bench/openblas.cpp)
  target_include_directories(bench_openblas SYSTEM PRIVATE ${openblas_include})
  target_include_directories(bench_openblas PRIVATE include)
  target_link_libraries(bench_openblas PRIVATE tengen_flags ${openblas_library})
endif()

if(TENGEN_BENCH_LIBTORCH)
  if(IS_DIRECTORY ${TENGEN_BENCH_LIBTORCH})
    set(libtorch_hints PATHS ${TENGEN_BENCH_LIBTORCH} NO_DEFAULT_PATH)
  endif()
  find_path(libtorch_include torch/csrc/api/include/torch/torch.h PATH_SUFFIXES include ${libtorch_hints} REQUIRED)
  find_library(libtorch_cpu torch_cpu PATH_SUFFIXES lib ${libtorch_hints} REQUIRED)
  find_library(libtorch_c10 c10 PATH_SUFFIXES lib ${libtorch_hints} REQUIRED)
  add_executable(bench_libtorch ${bench_sources} apps/detector/model.cpp apps/detector/model_config.cpp
    apps/detector/loss.cpp apps/detector/iou.cpp)
  target_compile_definitions(bench_libtorch PRIVATE TENGEN_BENCH_LIBTORCH)
  target_link_libraries(bench_libtorch PRIVATE yaml-cpp)
  add_executable(hello_libtorch bench/hello.cpp)
  foreach(program bench_libtorch hello_libtorch)
    target_include_directories(${program} BEFORE PRIVATE bench/libtorch include)
    target_include_directories(${program} SYSTEM PRIVATE ${libtorch_include} ${libtorch_include}/torch/csrc/api/include)
    target_link_libraries(${program} PRIVATE ${libtorch_cpu} ${libtorch_c10} -Wl,--allow-shlib-undefined)
    target_compile_features(${program} PRIVATE cxx_std_20)
  endforeach()
endif()
