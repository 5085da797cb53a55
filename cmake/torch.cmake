# tengen::torch: the library under LibTorch's names, for projects that were written for LibTorch. Its headers are
# <torch/torch.h>, <ATen/ATen.h> and whatever else programs include; a folder shaped as LibTorch's holds them and a
# TorchConfig.cmake, so that find_package(Torch) finds tengen where CMAKE_PREFIX_PATH names that folder.
set(torch_dir ${PROJECT_BINARY_DIR}/torch)
set(torch_include ${torch_dir}/include)
configure_file(cmake/torch.h.in ${torch_include}/torch/torch.h COPYONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/torch_headers.txt)
file(STRINGS cmake/torch_headers.txt torch_headers)
foreach(header IN LISTS torch_headers)
  file(CONFIGURE OUTPUT ${torch_include}/${header} CONTENT "#include <torch/torch.h>\n")
endforeach()
# What tengen does not have at all says what to do instead.
foreach(missing
    "torch/script.h|TorchScript is not part of tengen: build the network of torch::nn modules and torch::load its parameters"
    "torch/jit.h|TorchScript is not part of tengen: build the network of torch::nn modules and torch::load its parameters"
    "torch/extension.h|Extensions of Python are not part of tengen: use tengen's operators from C++"
    "torch/python.h|Extensions of Python are not part of tengen: use tengen's operators from C++"
    "torch/fft.h|Fourier transforms and complex numbers are not part of tengen"
    "torch/sparse.h|Sparse tensors are not part of tengen")
  string(REGEX MATCH "^([^|]+)[|](.+)$" parts "${missing}")
  file(CONFIGURE OUTPUT ${torch_include}/${CMAKE_MATCH_1} CONTENT "#error \"${CMAKE_MATCH_2}\"\n")
endforeach()

add_library(tengen_torch INTERFACE)
add_library(tengen::torch ALIAS tengen_torch)
set_target_properties(tengen_torch PROPERTIES EXPORT_NAME torch)
target_link_libraries(tengen_torch INTERFACE tengen::tengen)
set(torch_install_dir ${CMAKE_INSTALL_LIBDIR}/tengen-torch)
target_include_directories(tengen_torch INTERFACE $<BUILD_INTERFACE:${torch_include}>
  $<INSTALL_INTERFACE:${torch_install_dir}/include>)
