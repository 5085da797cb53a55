// Everything of tengen::nn.
#pragma once

#include <tengen/nn/functional.h>
#include <tengen/nn/init.h>
#include <tengen/nn/modules.h>
#include <tengen/nn/serialize.h>
#include <tengen/nn/utils.h>
