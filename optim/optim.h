// Everything of tengen::optim.
#pragma once

#include <tengen/optim/adagrad.h>
#include <tengen/optim/adam.h>
#include <tengen/optim/adam_family.h>
#include <tengen/optim/adaptive.h>
#include <tengen/optim/averaged_model.h>
#include <tengen/optim/lbfgs.h>
#include <tengen/optim/lr_scheduler.h>
#include <tengen/optim/rmsprop.h>
#include <tengen/optim/sgd.h>
