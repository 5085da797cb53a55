# The readers of files and protocols under mutated input: fuzz_replay, a part of the tests, and with TENGEN_BUILD_FUZZ one
# program of libFuzzer for each target (scripts/fuzz).
file(GLOB fuzz_targets CONFIGURE_DEPENDS fuzz/targets/*.cpp)
set(fuzz_libraries tengen_detector tengen_go tengen_flags ZLIB::ZLIB nlohmann_json::nlohmann_json)

add_executable(fuzz_replay fuzz/replay.cpp fuzz/target.cpp ${fuzz_targets})
target_link_libraries(fuzz_replay PRIVATE ${fuzz_libraries})
target_compile_options(fuzz_replay PRIVATE $<$<CONFIG:Release>:-O1>)  # compiled more often than run

if(TENGEN_BUILD_TESTS)
  set(fuzz_seconds 0.5)
  if(TENGEN_SANITIZE MATCHES "address")
    set(fuzz_seconds 10)
  endif()
  foreach(source IN LISTS fuzz_targets)
    get_filename_component(name ${source} NAME_WE)
    add_test(NAME "fuzz: ${name}" COMMAND fuzz_replay ${name} ${fuzz_seconds} ${PROJECT_SOURCE_DIR}/build/fuzz-corpus/${name})
    set_tests_properties("fuzz: ${name}" PROPERTIES TIMEOUT 300)
  endforeach()
endif()

if(TENGEN_BUILD_FUZZ)
  set(fuzz_flags -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  foreach(source IN LISTS fuzz_targets)
    get_filename_component(name ${source} NAME_WE)
    add_executable(fuzz_${name} ${source} fuzz/target.cpp fuzz/libfuzzer.cpp)
    target_link_libraries(fuzz_${name} PRIVATE ${fuzz_libraries})
    target_compile_options(fuzz_${name} PRIVATE ${fuzz_flags})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  endforeach()
  target_link_options(fuzz_replay PRIVATE -fsanitize=fuzzer-no-link,address,undefined)
  # Whatever reads, and what it reads into, is watched. Arithmetic and training are not: that would take much longer to build.
  foreach(target tengen_apps_common tengen_go_rules tengen_go tengen_detector)
    target_compile_options(${target} PRIVATE ${fuzz_flags})
  endforeach()
  file(GLOB fuzz_watched io/*.cpp tensor/*.cpp)
  set_source_files_properties(${fuzz_watched} PROPERTIES COMPILE_OPTIONS "${fuzz_flags}")
endif()
