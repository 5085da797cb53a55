// How sure a win rate is.
#pragma once

namespace tengen::go {

struct Interval {
  double low, high;
};

/// Wilson's score interval (1927) for `successes` of `n` trials; half successes (draws) are fine. 95 % by
/// default. [0, 1] without trials.
Interval wilson(double successes, double n, double z = 1.959963984540054);

/// The difference in Elo points that a win rate means; infinite for 0 and 1.
double elo_of(double rate);

}  // namespace tengen::go
