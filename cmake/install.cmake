# Installs the library, its public headers, the programs and the documents, so that find_package(tengen) and pkg-config find
# them. As a part of another project too: what that project installs and exports may then link tengen::tengen.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tengen)
install(TARGETS tengen tengen_torch EXPORT tengen-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# The public headers: all but the kernels' and those whose first line begins with "// Private".
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     tensor/*.h autograd/*.h nn/*.h optim/*.h data/*.h io/*.h cuda/*.h)
list(FILTER headers EXCLUDE REGEX "/(cpu|kernels|emulator)/")
foreach(header IN LISTS headers ITEMS torch.h)
  file(STRINGS ${header} first_line LIMIT_COUNT 1)
  if(NOT first_line MATCHES "^// Private")
    get_filename_component(folder ${header} DIRECTORY)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tengen/${folder})
  endif()
endforeach()

foreach(program tengen-detect tengen-go)
  if(TARGET ${program})
    install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()

set(document_dir ${CMAKE_INSTALL_DATADIR}/doc/tengen)
install(FILES LICENSE THIRD_PARTY.md README.md CHANGELOG.md SECURITY.md CONTRIBUTING.md DESTINATION ${document_dir})
install(DIRECTORY docs examples DESTINATION ${document_dir} PATTERN Doxyfile EXCLUDE)

install(EXPORT tengen-targets NAMESPACE tengen:: DESTINATION ${package_dir})
configure_package_config_file(cmake/tengen-config.cmake.in ${PROJECT_BINARY_DIR}/tengen-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tengen-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tengen-config.cmake ${PROJECT_BINARY_DIR}/tengen-config-version.cmake
        DESTINATION ${package_dir})
set(openmp_library)
if(OpenMP_CXX_FOUND)
  list(GET OpenMP_CXX_LIB_NAMES 0 openmp_library)
  string(PREPEND openmp_library " -l")
endif()
configure_file(cmake/tengen.pc.in ${PROJECT_BINARY_DIR}/tengen.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tengen.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# find_package(Torch) and pkg-config tengen-torch: see cmake/torch.cmake
install(DIRECTORY ${torch_include} DESTINATION ${torch_install_dir})
set(torch_config_dir ${torch_install_dir}/share/cmake/Torch)
configure_package_config_file(cmake/TorchConfig.cmake.in ${PROJECT_BINARY_DIR}/TorchConfig.cmake
                              INSTALL_DESTINATION ${torch_config_dir} PATH_VARS package_dir torch_install_dir)
tengen_read_version(torch.h TORCH torch_version)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TorchConfigVersion.cmake VERSION ${torch_version}
                                 COMPATIBILITY AnyNewerVersion)
install(FILES ${PROJECT_BINARY_DIR}/TorchConfig.cmake ${PROJECT_BINARY_DIR}/TorchConfigVersion.cmake DESTINATION ${torch_config_dir})
configure_file(cmake/tengen-torch.pc.in ${PROJECT_BINARY_DIR}/tengen-torch.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/tengen-torch.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
