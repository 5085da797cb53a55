# libtengen.a: tensor, cpu kernels (once per instruction set), autograd, nn, optim, data, io.
find_package(Threads REQUIRED)
if(TENGEN_STATIC_PROGRAMS)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()
find_package(ZLIB REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)  # 3.4: tensor/cpu/linalg/matrices.h checks
if(TENGEN_OPENMP AND NOT TENGEN_SANITIZE MATCHES "thread")  # the sanitizer does not know what OpenMP's threads wait for
  find_package(OpenMP COMPONENTS CXX)
  if(NOT OpenMP_CXX_FOUND)
    message(STATUS "OpenMP was not found: kernels run on tengen's own threads")
  endif()
endif()

# The layers, each compiled by itself. tests/layers links every one with those that it may see, and nothing else.
set(TENGEN_LAYERS tensor autograd ops io data nn optim)
set(TENGEN_BELOW_tensor)
set(TENGEN_BELOW_autograd tensor)
set(TENGEN_BELOW_ops autograd tensor)
set(TENGEN_BELOW_io tensor)
set(TENGEN_BELOW_data tensor)
set(TENGEN_BELOW_nn ops autograd io tensor)
set(TENGEN_BELOW_optim ops autograd tensor)

add_library(tengen)  # static unless BUILD_SHARED_LIBS is on
add_library(tengen::tengen ALIAS tengen)
target_link_libraries(tengen PRIVATE ZLIB::ZLIB PUBLIC Threads::Threads)
if(OpenMP_CXX_FOUND)
  target_link_libraries(tengen PRIVATE OpenMP::OpenMP_CXX)
  separate_arguments(openmp_flags UNIX_COMMAND "${OpenMP_CXX_FLAGS}")
  set_source_files_properties(tensor/parallel/openmp.cpp PROPERTIES COMPILE_OPTIONS "${openmp_flags}" SKIP_PRECOMPILE_HEADERS ON
    COMPILE_DEFINITIONS TENGEN_OPENMP)
endif()
target_compile_features(tengen PUBLIC cxx_std_20)
target_include_directories(tengen PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(tengen PROPERTIES LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

foreach(layer IN LISTS TENGEN_LAYERS)
  set(folders ${layer})
  if(layer STREQUAL "tensor")
    set(folders tensor tensor/parallel tensor/random)
  elseif(layer STREQUAL "ops")
    set(folders autograd/ops)
  endif()
  list(TRANSFORM folders APPEND /*.cpp)
  file(GLOB sources CONFIGURE_DEPENDS ${folders})
  add_library(tengen_${layer} OBJECT ${sources})
  target_link_libraries(tengen_${layer} PRIVATE tengen_flags ZLIB::ZLIB)
  target_include_directories(tengen_${layer} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  set_target_properties(tengen_${layer} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_sources(tengen PRIVATE $<TARGET_OBJECTS:tengen_${layer}>)
endforeach()
tengen_precompile(tengen_tensor <tengen/tensor/factories.h>)
foreach(layer autograd io data)
  tengen_precompile(tengen_${layer} REUSE_FROM tengen_tensor)
endforeach()
tengen_precompile(tengen_ops <tengen/autograd/ops/ops.h>)
foreach(layer nn optim)
  tengen_precompile(tengen_${layer} REUSE_FROM tengen_ops)
endforeach()

# Objects of a backend: part of the library, and of every program that links the layer tensor/ alone.
function(tengen_backend)
  target_sources(tengen PRIVATE ${ARGN})
  set_property(GLOBAL APPEND PROPERTY TENGEN_BACKENDS ${ARGN})
endfunction()

# The kernels are compiled once per instruction set, each time in a namespace of its own. Inline functions that the
# sets share (of the standard library, say) would still be merged by the linker, which might keep the copy of a set that
# the processor lacks. So each set becomes one object that shows nothing but its table, for which several sets need
# objcopy. Linear algebra is another object than the rest: programs that decompose nothing need not contain it. It is made
# of Eigen's headers, whose namespace is renamed, so that they are not taken for those that a user's program includes.
file(GLOB TENGEN_KERNEL_SOURCES CONFIGURE_DEPENDS tensor/cpu/*.cpp tensor/cpu/*/*.cpp)
set(TENGEN_LINALG_SOURCES ${TENGEN_KERNEL_SOURCES})
list(FILTER TENGEN_LINALG_SOURCES INCLUDE REGEX "/tensor/cpu/linalg/")
list(FILTER TENGEN_KERNEL_SOURCES EXCLUDE REGEX "/tensor/cpu/linalg/")
function(tengen_kernels name table isa sources)
  add_library(tengen_${name}_${isa} OBJECT ${sources})
  target_link_libraries(tengen_${name}_${isa} PRIVATE tengen_flags)
  target_include_directories(tengen_${name}_${isa} PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_compile_definitions(tengen_${name}_${isa} PRIVATE TENGEN_ISA=${isa})
  # Arithmetic on the bit patterns of numbers may wrap (for NaN and negative arguments of a logarithm, say).
  target_compile_options(tengen_${name}_${isa} PRIVATE -fwrapv ${ARGN})
  set_target_properties(tengen_${name}_${isa} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  if(TENGEN_NATIVE_ONLY)
    tengen_backend($<TARGET_OBJECTS:tengen_${name}_${isa}>)
    return()
  endif()
  set(whole ${PROJECT_BINARY_DIR}/${name}_${isa}.o)
  string(LENGTH ${isa} isa_length)
  string(LENGTH ${table} table_length)
  add_custom_command(OUTPUT ${whole}
    COMMAND ${CMAKE_LINKER} -r --force-group-allocation -o ${whole}.shared $<TARGET_OBJECTS:tengen_${name}_${isa}>
    COMMAND ${CMAKE_OBJCOPY} --keep-global-symbol=_ZN6tengen3cpu${isa_length}${isa}${table_length}${table}Ev
      ${whole}.shared ${whole}
    DEPENDS tengen_${name}_${isa} $<TARGET_OBJECTS:tengen_${name}_${isa}>
    COMMAND_EXPAND_LISTS VERBATIM COMMENT "Joining the ${isa} ${name}")
  set_source_files_properties(${whole} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
  tengen_backend(${whole})
endfunction()

# Which sets, the best last: all, only the best of this machine, or that and the least.
set(TENGEN_SETS baseline)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(TENGEN_SETS baseline avx2 avx512)
  if(TENGEN_NATIVE_ONLY OR TENGEN_EXTREMES_ONLY)
    file(STRINGS /proc/cpuinfo cpu_flags REGEX "^flags" LIMIT_COUNT 1)
    set(best baseline)
    if(cpu_flags MATCHES "avx512vl")
      set(best avx512)
    elseif(cpu_flags MATCHES "avx2")
      set(best avx2)
    endif()
    if(TENGEN_NATIVE_ONLY)
      set(TENGEN_SETS ${best})
    else()
      set(TENGEN_SETS baseline ${best})
      list(REMOVE_DUPLICATES TENGEN_SETS)
    endif()
  endif()
endif()
if(NOT TENGEN_NATIVE_ONLY AND NOT CMAKE_OBJCOPY)
  message(FATAL_ERROR "Kernels for several instruction sets need objcopy (binutils). Install it, or set TENGEN_NATIVE_ONLY=ON.")
endif()
set(flags_baseline)
set(flags_avx2 -mavx2 -mfma -mf16c -mtune=haswell)
set(flags_avx512 -march=skylake-avx512 -mprefer-vector-width=512)
foreach(isa IN LISTS TENGEN_SETS)
  set_property(SOURCE tensor/backend.cpp APPEND PROPERTY COMPILE_DEFINITIONS TENGEN_HAVE_${isa})
  # Optimized fully in every build that is for use, also where the rest is compiled for a short build (scripts/demo).
  tengen_kernels(kernels kernel_table ${isa} "${TENGEN_KERNEL_SOURCES}" $<$<CONFIG:Release>:-O3> ${flags_${isa}})
endforeach()
# Eigen's decompositions are slow to compile: they are optimized like the rest of the build, and a build for the tests has
# them once, for the least set.
set(linalg_sets ${TENGEN_SETS})
if(TENGEN_EXTREMES_ONLY AND NOT TENGEN_NATIVE_ONLY)
  list(GET TENGEN_SETS 0 linalg_sets)
endif()
foreach(isa IN LISTS linalg_sets)
  set_property(SOURCE tensor/linalg_backend.cpp APPEND PROPERTY COMPILE_DEFINITIONS TENGEN_HAVE_${isa})
  tengen_kernels(linalg linalg_table ${isa} "${TENGEN_LINALG_SOURCES}" ${flags_${isa}})
  target_link_libraries(tengen_linalg_${isa} PRIVATE Eigen3::Eigen)
  target_compile_definitions(tengen_linalg_${isa} PRIVATE Eigen=Eigen_${isa} EIGEN_DONT_PARALLELIZE EIGEN_MPL2_ONLY)
endforeach()
