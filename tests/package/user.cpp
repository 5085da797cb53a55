#include <mylib.h>

#include <cstdio>

int main() {
  const bool good = gradient_agrees();
  std::printf("%s\n", good ? "gradient agrees" : "gradient differs");
  return good ? 0 : 1;
}
