// Turns doubles and counts into fractions of big integers, and fractions into the nearest doubles.
#include "stats/exact.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "espalier/core/checks.hpp"

namespace espalier::stats {
namespace {

using boost::multiprecision::cpp_int;

constexpr int kSignificandBits = 64;  ///< more than a double has, so that the last step is the only rounding

int bits_of(const cpp_int& positive) { return static_cast<int>(boost::multiprecision::msb(positive)) + 1; }

/// The integer quotient with its lowest bit set where something remains.
cpp_int sticky_quotient(const cpp_int& dividend, const cpp_int& divisor) {
  cpp_int quotient, rest;
  boost::multiprecision::divide_qr(dividend, divisor, quotient, rest);
  if (rest != 0) boost::multiprecision::bit_set(quotient, 0);
  return quotient;
}

}  // namespace

Exact exact(const metrics::Share& share) {
  ESPALIER_EXPECT(std::isfinite(share.amount));
  if (share.of == 0) return 0;
  return Exact(share.amount) / share.of;
}

std::vector<Exact> exact(const std::vector<double>& values) {
  std::vector<Exact> all;
  for (const double value : values) all.push_back(exact(metrics::Share(value)));
  return all;
}

Exact mean(const std::vector<Exact>& values) {
  ESPALIER_EXPECT(!values.empty());
  return std::accumulate(values.begin(), values.end(), Exact(0)) / values.size();
}

double rounded(const Exact& value) {
  cpp_int dividend = abs(numerator(value)), divisor = denominator(value);
  if (dividend == 0) return 0;
  const int shift = kSignificandBits - 1 - (bits_of(dividend) - bits_of(divisor));  // 63 or 64 bits remain
  if (shift > 0) dividend <<= shift;
  else divisor <<= -shift;
  const auto significand = static_cast<std::uint64_t>(sticky_quotient(dividend, divisor));
  const double size = std::ldexp(static_cast<double>(significand), -shift);
  return value < 0 ? -size : size;
}

std::vector<double> rounded(const std::vector<Exact>& values) {
  std::vector<double> all;
  for (const auto& value : values) all.push_back(rounded(value));
  return all;
}

}  // namespace espalier::stats
