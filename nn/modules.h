// Every module.
#pragma once

#include <tengen/nn/modules/activation.h>
#include <tengen/nn/modules/common.h>
#include <tengen/nn/modules/container.h>
#include <tengen/nn/modules/conv.h>
#include <tengen/nn/modules/linear.h>
#include <tengen/nn/modules/loss.h>
#include <tengen/nn/modules/normalization.h>
#include <tengen/nn/modules/pooling.h>
