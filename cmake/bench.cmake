# Each file of bench/ is one program, bench_<name>, built on demand. With TENGEN_BENCH_LIBTORCH the comparison's sources
# are also built against LibTorch (Debian's libtorch-dev, or the one that CMAKE_PREFIX_PATH leads to).
option(TENGEN_BENCH_LIBTORCH "Also build the benchmarks against LibTorch" OFF)

file(GLOB benches CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/bench/*.cpp)
foreach(source IN LISTS benches)
  get_filename_component(name ${source} NAME_WE)
  if(name STREQUAL "detector" AND NOT TENGEN_BUILD_APPS)
    continue()
  endif()
  add_executable(bench_${name} ${source})
  target_link_libraries(bench_${name} PRIVATE tengen::tengen tengen_flags)
endforeach()
if(TARGET bench_detector)
  target_link_libraries(bench_detector PRIVATE tengen_detector)
endif()

if(TENGEN_BENCH_LIBTORCH AND TARGET bench_detector)
  find_package(Torch REQUIRED)
  add_executable(bench_detector_libtorch bench/detector.cpp apps/detector/model.cpp apps/detector/model_config.cpp
    apps/detector/loss.cpp apps/detector/iou.cpp)
  target_include_directories(bench_detector_libtorch BEFORE PRIVATE bench/libtorch include)
  target_include_directories(bench_detector_libtorch SYSTEM PRIVATE ${TORCH_INCLUDE_DIRS})
  target_link_libraries(bench_detector_libtorch PRIVATE ${TORCH_LIBRARIES} yaml-cpp)
  target_compile_features(bench_detector_libtorch PRIVATE cxx_std_20)
endif()
