#pragma once
// Means and differences of measured values as fractions: equal ones compare equal, and each is rounded once.
#include <boost/multiprecision/cpp_int.hpp>
#include <vector>

#include "espalier/metrics/share.hpp"

namespace espalier::stats {

using Exact = boost::multiprecision::cpp_rational;

/// Only of finite values.
Exact exact(const metrics::Share& share);
std::vector<Exact> exact(const std::vector<double>& values);
/// Of at least one value.
Exact mean(const std::vector<Exact>& values);
/// The nearest double.
double rounded(const Exact& value);
std::vector<double> rounded(const std::vector<Exact>& values);

}  // namespace espalier::stats
