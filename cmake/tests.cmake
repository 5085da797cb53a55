# Each folder of tests/ and of tests/issues/ (reported faults) is one executable; each TEST_CASE is one test of ctest, so they
# run in parallel. tests/package is a user's project, tests/layers has a program for each layer, tests/peer is what scripts/compare_libtorch builds.
find_package(doctest REQUIRED)
include(doctest)

# What they share is compiled once: main() and the large headers.
add_library(test_main OBJECT tests/main.cpp)
target_link_libraries(test_main PRIVATE tengen::tengen tengen_flags doctest::doctest)
add_library(test_headers OBJECT EXCLUDE_FROM_ALL ${PROJECT_BINARY_DIR}/test_headers.cpp)
file(WRITE ${PROJECT_BINARY_DIR}/test_headers.cpp "")
target_link_libraries(test_headers PRIVATE tengen::tengen tengen_flags doctest::doctest)
target_compile_options(test_headers PRIVATE $<$<CONFIG:Release>:-O1>)
tengen_precompile(test_headers <doctest/doctest.h> <tengen/torch.h>)

file(GLOB test_folders CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}/tests
  ${PROJECT_SOURCE_DIR}/tests/* ${PROJECT_SOURCE_DIR}/tests/issues/*)
foreach(folder IN LISTS test_folders)
  string(REPLACE "/" "_" area ${folder})
  file(GLOB area_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp)
  if(NOT area_sources OR area MATCHES "^(package|peer|layers)$" OR (area MATCHES "(detector|go)$" AND NOT TENGEN_BUILD_APPS)
     OR (area STREQUAL "cuda" AND NOT TENGEN_CUDA) OR (area STREQUAL "gradbench" AND NOT TENGEN_BUILD_BENCH))
    continue()
  endif()
  add_executable(test_${area} ${area_sources} $<TARGET_OBJECTS:test_main>)
  # They are compiled more often than run.
  target_compile_options(test_${area} PRIVATE $<$<CONFIG:Release>:-O1>)
  target_link_libraries(test_${area} PRIVATE tengen::tengen tengen_flags doctest::doctest)
  target_compile_definitions(test_${area} PRIVATE TENGEN_GOLDEN_DIR="${TENGEN_GOLDEN}" TENGEN_DATA_DIR="${TENGEN_DATA}"
    TENGEN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(area STREQUAL "cuda" AND TENGEN_CUDA STREQUAL "emulate")
    target_include_directories(test_cuda SYSTEM BEFORE PRIVATE cuda/emulator/include)
    target_compile_definitions(test_cuda PRIVATE TENGEN_CUDA_EMULATOR)
  endif()
  if(area MATCHES "detector$")
    target_link_libraries(test_${area} PRIVATE tengen_detector)
    target_compile_definitions(test_${area} PRIVATE TENGEN_DETECT_PROGRAM="$<TARGET_FILE:tengen-detect>")
    add_dependencies(test_${area} tengen-detect)
  elseif(area MATCHES "go$")
    target_link_libraries(test_${area} PRIVATE tengen_go_rules)
    if(TARGET tengen_go)
      target_link_libraries(test_${area} PRIVATE tengen_go nlohmann_json::nlohmann_json)
      target_compile_definitions(test_${area} PRIVATE TENGEN_GO_PROGRAM="$<TARGET_FILE:tengen-go>")
      add_dependencies(test_${area} tengen-go)
    endif()
  endif()
  if(area STREQUAL "gradbench")
    target_link_libraries(test_gradbench PRIVATE gradbench_tengen gradbench_manual)
  endif()
  if(area STREQUAL "torch")
    target_link_libraries(test_torch PRIVATE tengen::torch)
  endif()
  tengen_precompile(test_${area} REUSE_FROM test_headers)
  set(properties "")
  if(area STREQUAL "compat")  # users' programs take a GPU where there is one; an emulated one would be slow
    set(properties PROPERTIES ENVIRONMENT "CUDA_VISIBLE_DEVICES=")
  elseif(area STREQUAL "cuda")  # faults come up where the host next waits, in debug builds too
    set(properties PROPERTIES ENVIRONMENT "TENGEN_CUDA_CHECK=0")
  endif()
  doctest_discover_tests(test_${area} TEST_PREFIX "${folder}: " ${properties})
endforeach()

if(OpenMP_CXX_FOUND)  # a program that uses OpenMP itself
  set_source_files_properties(tests/tensor/parallel_test.cpp PROPERTIES COMPILE_OPTIONS "${openmp_flags}" SKIP_PRECOMPILE_HEADERS ON)
endif()

# Every layer of the library with the layers below it, and nothing else: no symbol leads upwards.
get_property(backends GLOBAL PROPERTY TENGEN_BACKENDS)
foreach(layer IN LISTS TENGEN_LAYERS)
  add_executable(layer_${layer} tests/layers/${layer}.cpp ${backends} $<TARGET_OBJECTS:tengen_${layer}>)
  foreach(below IN LISTS TENGEN_BELOW_${layer})
    target_sources(layer_${layer} PRIVATE $<TARGET_OBJECTS:tengen_${below}>)
  endforeach()
  target_include_directories(layer_${layer} PRIVATE include)
  target_link_libraries(layer_${layer} PRIVATE tengen_flags ZLIB::ZLIB Threads::Threads $<TARGET_NAME_IF_EXISTS:OpenMP::OpenMP_CXX>
                        -Wl,--no-gc-sections)
  add_test(NAME "layers: ${layer}" COMMAND layer_${layer})
endforeach()

# The kernels of the lesser instruction sets too.
set(lesser_sets ${TENGEN_SETS})
list(POP_BACK lesser_sets)
foreach(isa IN LISTS lesser_sets)
  add_test(NAME "kernels: all with ${isa}" COMMAND test_kernels)
  set_tests_properties("kernels: all with ${isa}" PROPERTIES ENVIRONMENT TENGEN_CPU=${isa})
endforeach()

# What is installed, and a stranger's project that gets tengen in each of three ways.
if(TENGEN_BUILD_APPS AND TENGEN_INSTALL AND NOT TENGEN_SANITIZE)
  foreach(how installed find_package add_subdirectory FetchContent)
    add_test(NAME "package: ${how}" COMMAND ${PROJECT_SOURCE_DIR}/tests/package/run ${how} ${PROJECT_BINARY_DIR}
             ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/package-${how})
  endforeach()
endif()

# Trainings that are killed, and what happens without room on the disk, rights or memory.
if(TARGET tengen-detect)
  add_test(NAME "detector: train, with kill -9" COMMAND ${PROJECT_SOURCE_DIR}/tests/detector/train_run
           $<TARGET_FILE:tengen-detect> ${PROJECT_BINARY_DIR}/detector-kills)
  if(NOT TENGEN_SANITIZE)  # sanitizers need more address space than the drill gives
    add_test(NAME "detector: full disks, no rights, no memory" COMMAND ${PROJECT_SOURCE_DIR}/tests/detector/faults_run
             $<TARGET_FILE:tengen-detect> ${PROJECT_BINARY_DIR}/detector-faults)
  endif()
endif()

# A learning run whose processes are killed.
if(TARGET tengen-go)
  add_test(NAME "go: train, with kill -9" COMMAND ${PROJECT_SOURCE_DIR}/tests/go/train_run $<TARGET_FILE:tengen-go>
           ${PROJECT_BINARY_DIR}/train-run)
  add_test(NAME "go: train, PostgreSQL stops and starts" COMMAND ${PROJECT_SOURCE_DIR}/tests/go/train_postgresql
           $<TARGET_FILE:tengen-go> ${PROJECT_BINARY_DIR}/train-postgresql)
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
