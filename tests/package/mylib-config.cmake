include(CMakeFindDependencyMacro)
find_dependency(tengen 0.1)
include("${CMAKE_CURRENT_LIST_DIR}/mylib-targets.cmake")
