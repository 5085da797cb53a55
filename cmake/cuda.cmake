# The CUDA backend: TENGEN_CUDA=ON builds it with nvcc, =emulate for the emulator on the CPU (docs/cuda.md), =OFF leaves it
# out.
set(TENGEN_CUDA OFF CACHE STRING "The CUDA backend: OFF, ON (nvcc), or emulate (its kernels run on the CPU)")
set_property(CACHE TENGEN_CUDA PROPERTY STRINGS OFF ON emulate)

if(NOT TENGEN_CUDA)
  add_library(tengen_cuda OBJECT cuda/runtime/absent.cpp)
  target_link_libraries(tengen_cuda PRIVATE tengen_flags)
  target_include_directories(tengen_cuda PRIVATE ${PROJECT_SOURCE_DIR}/include)
  set_target_properties(tengen_cuda PROPERTIES POSITION_INDEPENDENT_CODE ON)
  tengen_backend($<TARGET_OBJECTS:tengen_cuda>)
  return()
endif()

if(NOT TENGEN_CUDA STREQUAL "emulate")
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80-real 90)  # 90: machine code and PTX, which later GPUs compile
  endif()
  enable_language(CUDA)
endif()

file(GLOB cuda_kernels CONFIGURE_DEPENDS cuda/kernels/*.cu cuda/kernels/*/*.cu)
file(GLOB cuda_host_sources CONFIGURE_DEPENDS cuda/runtime/*.cpp cuda/kernels/*.cpp cuda/kernels/*/*.cpp)
list(FILTER cuda_host_sources EXCLUDE REGEX "/absent\\.cpp$")

add_library(tengen_cuda OBJECT ${cuda_kernels} ${cuda_host_sources})
target_link_libraries(tengen_cuda PRIVATE tengen_flags)
target_include_directories(tengen_cuda PRIVATE ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(tengen_cuda PRIVATE TENGEN_ISA=cuda)
set_target_properties(tengen_cuda PROPERTIES POSITION_INDEPENDENT_CODE ON)
tengen_backend($<TARGET_OBJECTS:tengen_cuda>)

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
  find_package(CUDAToolkit REQUIRED)
  # The standard by hand: CMake 3.25 knows no C++20 of nvcc's.
  target_compile_options(tengen_cuda PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20 --expt-relaxed-constexpr
    -Xfatbin=-compress-all -Xfatbin=--compress-mode=size>)
  target_include_directories(tengen_cuda SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
  target_link_libraries(tengen PUBLIC CUDA::cudart_static CUDA::cublasLt)
endif()
