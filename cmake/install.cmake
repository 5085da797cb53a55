# Installs the library, its headers and programs so that find_package(tengen) and pkg-config find them.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tengen)
install(TARGETS tengen EXPORT tengen-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(room tensor autograd nn optim data io)
  install(DIRECTORY ${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tengen FILES_MATCHING PATTERN "*.h"
          PATTERN "cpu" EXCLUDE PATTERN "*.cpp" EXCLUDE)
endforeach()
install(FILES cuda/stream.h cuda/graph.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tengen/cuda)
file(GLOB umbrella_headers ${PROJECT_SOURCE_DIR}/*.h)
install(FILES ${umbrella_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tengen)
if(TARGET tengen-detect)
  install(TARGETS tengen-detect RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(EXPORT tengen-targets NAMESPACE tengen:: DESTINATION ${package_dir})
configure_package_config_file(cmake/tengen-config.cmake.in ${PROJECT_BINARY_DIR}/tengen-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tengen-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tengen-config.cmake ${PROJECT_BINARY_DIR}/tengen-config-version.cmake
        DESTINATION ${package_dir})
configure_file(cmake/tengen.pc.in ${PROJECT_BINARY_DIR}/tengen.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tengen.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
