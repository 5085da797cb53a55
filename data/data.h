// Everything of tengen::data.
#pragma once

#include <tengen/data/dataloader.h>
#include <tengen/data/transforms.h>
