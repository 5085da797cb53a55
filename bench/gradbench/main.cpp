// The program of one eval: GRADBENCH_EVAL is its name, GRADBENCH_FUNCTIONS what makes its functions,
// GRADBENCH_TOOL what the program calls itself.
#include <iostream>

#include <tengen/bench/gradbench/evals.h>

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

int main() {
  gradbench::serve(TEXT(GRADBENCH_TOOL), TEXT(GRADBENCH_EVAL), gradbench::GRADBENCH_FUNCTIONS(), std::cin,
                   std::cout);
}
