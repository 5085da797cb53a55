# tengen-detect: everything but main() is a library, so that the tests can link it.
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)

file(GLOB detector_sources CONFIGURE_DEPENDS apps/detector/*.cpp)
list(FILTER detector_sources EXCLUDE REGEX "/main\\.cpp$")
if(detector_sources)
  add_library(tengen_detector STATIC ${detector_sources})
  target_link_libraries(tengen_detector PRIVATE tengen_flags yaml-cpp PUBLIC tengen::tengen)
endif()
if(EXISTS ${PROJECT_SOURCE_DIR}/apps/detector/main.cpp)
  add_executable(tengen-detect apps/detector/main.cpp)
  target_link_libraries(tengen-detect PRIVATE tengen_detector tengen_flags CLI11::CLI11)
endif()
