# Each folder of tests/ is one executable; each TEST_CASE is one test of ctest, so they run in parallel.
find_package(doctest REQUIRED)
include(doctest)

file(GLOB test_areas CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/tests/*)
foreach(area IN LISTS test_areas)
  file(GLOB area_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${area}/*.cpp)
  if(NOT area_sources OR area STREQUAL "package" OR (area MATCHES "^(detector|go)$" AND NOT TENGEN_BUILD_APPS)
     OR (area STREQUAL "cuda" AND NOT TENGEN_CUDA))
    continue()
  endif()
  add_executable(test_${area} tests/main.cpp ${area_sources})
  # They are compiled more often than run.
  target_compile_options(test_${area} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_link_libraries(test_${area} PRIVATE tengen::tengen tengen_flags doctest::doctest)
  target_compile_definitions(test_${area} PRIVATE TENGEN_GOLDEN_DIR="${TENGEN_GOLDEN}" TENGEN_DATA_DIR="${TENGEN_DATA}"
    TENGEN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(area STREQUAL "cuda" AND TENGEN_CUDA STREQUAL "emulate")
    target_include_directories(test_cuda SYSTEM BEFORE PRIVATE cuda/emulator/include)
    target_compile_definitions(test_cuda PRIVATE TENGEN_CUDA_EMULATOR)
  endif()
  if(area STREQUAL "detector")
    target_link_libraries(test_${area} PRIVATE tengen_detector)
  elseif(area STREQUAL "go")
    target_link_libraries(test_${area} PRIVATE tengen_go_rules)
    if(TARGET tengen_go)
      target_link_libraries(test_${area} PRIVATE tengen_go nlohmann_json::nlohmann_json)
      target_compile_definitions(test_${area} PRIVATE TENGEN_GO_PROGRAM="$<TARGET_FILE:tengen-go>")
      add_dependencies(test_${area} tengen-go)
    endif()
  endif()
  list(LENGTH area_sources num_sources)
  if(num_sources GREATER 3)
    tengen_precompile(test_${area} <doctest/doctest.h> <tengen/torch.h>)
  endif()
  doctest_discover_tests(test_${area} TEST_PREFIX "${area}: ")
endforeach()

# The kernels of the lesser instruction sets too.
if(TARGET tengen_kernels_baseline AND TARGET tengen_kernels_avx2)
  foreach(isa baseline avx2)
    add_test(NAME "kernels: all with ${isa}" COMMAND test_kernels)
    set_tests_properties("kernels: all with ${isa}" PROPERTIES ENVIRONMENT TENGEN_CPU=${isa})
  endforeach()
endif()

# A stranger's project, against the installed package and as part of its own build.
if(EXISTS ${PROJECT_SOURCE_DIR}/torch.h AND NOT TENGEN_SANITIZE)
  foreach(how installed sources)
    add_test(NAME "package: ${how}" COMMAND ${PROJECT_SOURCE_DIR}/tests/package/run ${PROJECT_BINARY_DIR}
             ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/package-${how} ${how})
  endforeach()
  set_tests_properties("package: sources" PROPERTIES COST 1000)  # the longest: it begins first
endif()

# A learning run whose processes are killed.
if(TARGET tengen-go)
  add_test(NAME "go: train, with kill -9" COMMAND ${PROJECT_SOURCE_DIR}/tests/go/train_run $<TARGET_FILE:tengen-go>
           ${PROJECT_BINARY_DIR}/train-run)
endif()

# The examples of the README.
if(EXISTS ${PROJECT_SOURCE_DIR}/torch.h)
  file(GLOB examples CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.cpp)
  foreach(source IN LISTS examples)
    get_filename_component(name ${source} NAME_WE)
    add_executable(example_${name} ${source})
    target_link_libraries(example_${name} PRIVATE tengen::tengen tengen_flags)
    add_test(NAME "example: ${name}" COMMAND example_${name})
  endforeach()
endif()

# What scripts/gpu_check does on a machine with a GPU, with this build's emulator in its place.
find_program(python3_program python3)
if(TENGEN_CUDA STREQUAL "emulate" AND TARGET bench_tengen AND python3_program AND NOT TENGEN_SANITIZE)
  add_test(NAME "scripts: gpu_check" COMMAND ${python3_program} ${PROJECT_SOURCE_DIR}/scripts/gpu_check --emulate
           --build ${PROJECT_BINARY_DIR} --out ${PROJECT_BINARY_DIR}/gpu-check)
endif()
