# The CUDA backend: TENGEN_CUDA=ON builds it with nvcc, =emulate for the emulator on the CPU (docs/cuda.md), =OFF leaves it
# out.
set(TENGEN_CUDA OFF CACHE STRING "The CUDA backend: OFF, ON (nvcc), or emulate (its kernels run on the CPU)")
set_property(CACHE TENGEN_CUDA PROPERTY STRINGS OFF ON emulate)

if(NOT TENGEN_CUDA)
  target_sources(tengen PRIVATE cuda/absent.cpp)
  return()
endif()

file(GLOB cuda_kernels CONFIGURE_DEPENDS cuda/kernels/*.cu)
file(GLOB cuda_host_sources CONFIGURE_DEPENDS cuda/*.cpp cuda/kernels/*.cpp)
list(FILTER cuda_host_sources EXCLUDE REGEX "/absent\\.cpp$")

# Families that are still to be written have no kernels: calling one crashes.
set(missing "#include <tengen/cuda/kernels/fill.h>\nnamespace tengen::cuda {\n")
foreach(family memory pointwise reduce sort index random matmul conv pool resample softmax norm optim)
  set(found FALSE)
  foreach(source IN LISTS cuda_kernels cuda_host_sources)
    file(STRINGS ${source} definition REGEX "^void fill_${family}\\(")
    if(definition)
      set(found TRUE)
    endif()
  endforeach()
  if(NOT found)
    message(STATUS "CUDA: no kernels of family ${family} yet")
    string(APPEND missing "void fill_${family}(Kernels&) {}\n")
  endif()
endforeach()
string(APPEND missing "}\n")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/cuda_missing.cpp CONTENT "${missing}" @ONLY)
list(APPEND cuda_host_sources ${PROJECT_BINARY_DIR}/cuda_missing.cpp)

add_library(tengen_cuda OBJECT ${cuda_kernels} ${cuda_host_sources})
target_link_libraries(tengen_cuda PRIVATE tengen_flags)
target_include_directories(tengen_cuda PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(tengen_cuda PRIVATE TENGEN_ISA=cuda)
set_target_properties(tengen_cuda PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_sources(tengen PRIVATE $<TARGET_OBJECTS:tengen_cuda>)

if(TENGEN_CUDA STREQUAL "emulate")
  file(GLOB emulator_sources CONFIGURE_DEPENDS cuda/emulator/*.cpp)
  target_sources(tengen_cuda PRIVATE ${emulator_sources})
  target_include_directories(tengen_cuda SYSTEM BEFORE PRIVATE cuda/emulator/include)
  target_compile_definitions(tengen_cuda PRIVATE TENGEN_CUDA_EMULATOR)
  # Kernels as C++; lightly optimised, since they are compiled longer than they run here.
  set_source_files_properties(${cuda_kernels} PROPERTIES LANGUAGE CXX
    COMPILE_OPTIONS "-xc++;-Wno-unknown-pragmas;-Wno-maybe-uninitialized;$<$<CONFIG:Release>:-O1>")
  if(TENGEN_SANITIZE MATCHES "thread")
    # The scheduler's own data are not a kernel's.
    set_source_files_properties(cuda/emulator/fiber.cpp cuda/emulator/block.cpp PROPERTIES
      COMPILE_OPTIONS "-fno-sanitize=thread;-DTENGEN_TSAN")
  endif()
else()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80-real 90)  # 90: machine code and PTX, which later GPUs compile
  endif()
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
  set_target_properties(tengen_cuda PROPERTIES CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON)
  target_compile_options(tengen_cuda PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr
    -Xfatbin=-compress-all -Xfatbin=--compress-mode=size>)
  target_include_directories(tengen_cuda SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_link_libraries(tengen PUBLIC CUDA::cudart_static CUDA::cublasLt)
endif()
