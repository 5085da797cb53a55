# What the programs share: images, charts, the command line, the run on a terminal.
file(GLOB common_sources CONFIGURE_DEPENDS apps/common/*.cpp)
add_library(tengen_apps_common STATIC ${common_sources})
tengen_unite(tengen_apps_common)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(CLI11 REQUIRED)
target_link_libraries(tengen_apps_common PRIVATE tengen_flags JPEG::JPEG PNG::PNG ZLIB::ZLIB
  PUBLIC tengen::tengen CLI11::CLI11)

# tengen_add_program(NAME FOLDER LIBRARIES...): the program whose main() and subcommands are in FOLDER/commands.
function(tengen_add_program name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/commands/*.cpp)
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE ${ARGN} tengen_apps_common tengen_flags)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O1>)  # command lines: compiled longer than they run
  tengen_precompile(${name} <CLI/CLI.hpp>)
  tengen_unite(${name})
  if(TENGEN_STATIC_PROGRAMS)
    target_link_options(${name} PRIVATE -static)
  endif()
endfunction()

# tengen-detect: everything but the commands is a library, so that the tests can link it.
find_package(yaml-cpp REQUIRED)
set(yaml_library yaml-cpp)
if(TENGEN_STATIC_PROGRAMS)  # the package's target is the shared library
  find_library(yaml_library_static yaml-cpp REQUIRED)
  set(yaml_library ${yaml_library_static})
endif()
file(GLOB detector_sources CONFIGURE_DEPENDS apps/detector/data/*.cpp apps/detector/model/*.cpp
  apps/detector/eval/*.cpp apps/detector/train/*.cpp)
add_library(tengen_detector STATIC ${detector_sources})
tengen_precompile(tengen_detector <tengen/torch.h>)
tengen_unite(tengen_detector)
target_link_libraries(tengen_detector PRIVATE tengen_flags ${yaml_library} PUBLIC tengen_apps_common)
tengen_add_program(tengen-detect apps/detector tengen_detector)

find_package(Threads REQUIRED)
# tengen-go: rules, SGF files and search need no tensors; networks, learning and play do.
file(GLOB go_rules_sources CONFIGURE_DEPENDS apps/go/board/*.cpp apps/go/sgf/*.cpp apps/go/search/*.cpp)
add_library(tengen_go_rules STATIC ${go_rules_sources})
tengen_unite(tengen_go_rules)
target_include_directories(tengen_go_rules PUBLIC ${PROJECT_SOURCE_DIR}/include)
target_link_libraries(tengen_go_rules PRIVATE tengen_flags PUBLIC Threads::Threads)
target_compile_features(tengen_go_rules PUBLIC cxx_std_20)

find_package(SQLite3 3.35 REQUIRED)
find_package(nlohmann_json REQUIRED)
if(NOT TENGEN_STATIC_PROGRAMS)  # libpq.a needs Kerberos, which Debian has as shared libraries only
  find_package(PostgreSQL QUIET)  # optional: games of several machines in one database
endif()
file(GLOB go_sources CONFIGURE_DEPENDS apps/go/net/*.cpp apps/go/learn/*.cpp apps/go/play/*.cpp)
# The network that tengen-go plays with unless told otherwise, as a string literal: any compiler takes that.
set(go_network ${PROJECT_SOURCE_DIR}/assets/go.safetensors)
set(go_network_source ${PROJECT_BINARY_DIR}/go_network.cpp)
set(go_network_bytes "")
if(EXISTS ${go_network})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${go_network})
  file(READ ${go_network} go_network_bytes HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" go_network_bytes "${go_network_bytes}")
endif()
configure_file(${PROJECT_SOURCE_DIR}/apps/go/play/default_network.cpp.in ${go_network_source} @ONLY)
add_library(tengen_go STATIC ${go_sources} ${go_network_source})
target_link_libraries(tengen_go
  PRIVATE tengen_flags SQLite::SQLite3 nlohmann_json::nlohmann_json ZLIB::ZLIB
  PUBLIC tengen_go_rules tengen_apps_common tengen::tengen Threads::Threads)
tengen_precompile(tengen_go <tengen/torch.h>)
tengen_unite(tengen_go)
if(PostgreSQL_FOUND)
  target_link_libraries(tengen_go PRIVATE PostgreSQL::PostgreSQL)
  target_compile_definitions(tengen_go PUBLIC TENGEN_POSTGRESQL)
endif()
tengen_add_program(tengen-go apps/go tengen_go nlohmann_json::nlohmann_json)
