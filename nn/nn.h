// Everything of tengen::nn.
#pragma once

#include <tengen/nn/activation.h>
#include <tengen/nn/adaptive.h>
#include <tengen/nn/attention.h>
#include <tengen/nn/container.h>
#include <tengen/nn/conv.h>
#include <tengen/nn/distance.h>
#include <tengen/nn/dropout.h>
#include <tengen/nn/embedding.h>
#include <tengen/nn/fold.h>
#include <tengen/nn/init.h>
#include <tengen/nn/linear.h>
#include <tengen/nn/loss.h>
#include <tengen/nn/margin.h>
#include <tengen/nn/normalization.h>
#include <tengen/nn/packed_sequence.h>
#include <tengen/nn/padding.h>
#include <tengen/nn/pooling.h>
#include <tengen/nn/rnn.h>
#include <tengen/nn/serialize.h>
#include <tengen/nn/transformer.h>
#include <tengen/nn/upsampling.h>
#include <tengen/nn/utils.h>
#include <tengen/nn/vision.h>
