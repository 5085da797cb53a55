// The API that both libraries have.
#pragma once

#ifdef PEER_TENGEN
#include <tengen/torch.h>
#else
#include <torch/nn/functional.h>
#include <torch/types.h>
#include <torch/utils.h>
#endif
