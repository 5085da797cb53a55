// Every function of tengen::nn::functional: the operators of autograd/ops/ops.h that layers use, with options
// classes.
#pragma once

#include <tengen/nn/functional/activation.h>
#include <tengen/nn/functional/common.h>
#include <tengen/nn/functional/conv.h>
#include <tengen/nn/functional/loss.h>
#include <tengen/nn/functional/normalization.h>
#include <tengen/nn/functional/pooling.h>
