#include "espalier/train/retrieval.hpp"

#include <cmath>

#include "support/catch_after_torch.hpp"

using espalier::train::Gallery;

namespace {

at::Tensor labels(std::vector<std::int64_t> numbers) { return at::tensor(numbers, at::kLong); }

/// Directions in the plane, by angle: cosines fall with the distance from 0.
at::Tensor at_angles(std::vector<double> degrees) {
  const at::Tensor angles = at::tensor(degrees, at::kDouble) * (3.14159265358979 / 180);
  return at::stack({at::cos(angles), at::sin(angles)}, 1).to(at::kFloat);
}

}  // namespace

TEST_CASE("retrieval: precisions at the hits by the lesser of the depth and the relevant images") {
  const auto gallery_labels = labels({1, 0, 1, 1, 0});
  const auto gallery = at_angles({10, 20, 30, 40, 50});
  const auto query = at_angles({0});

  const auto whole = Gallery(gallery, gallery_labels, 10).average_precisions(query, labels({1}));
  const auto two = Gallery(gallery, gallery_labels, 2).average_precisions(query, labels({1}));

  CHECK(whole.at(0) == Approx((1.0 + 2.0 / 3 + 3.0 / 4) / 3));
  CHECK(two.at(0) == Approx(1.0 / 2));
}

TEST_CASE("retrieval: lengths do not count, equal cosines stand in the gallery's order, nothing is near what is 0") {
  const auto gallery = at::tensor(std::vector<float>{0, 0, 3, 0, 1, 0, 9, 9}).view({4, 2});
  const auto query = at::tensor(std::vector<float>{5, 0}).view({1, 2});

  CHECK(Gallery(gallery, labels({0, 1, 2, 3}), 1).average_precisions(query, labels({1})).at(0) == 1);
  CHECK(Gallery(gallery, labels({0, 1, 2, 3}), 1).average_precisions(query, labels({2})).at(0) == 0);
  const auto of_none = at::zeros({1, 2});
  CHECK(Gallery(gallery, labels({4, 1, 2, 3}), 1).average_precisions(of_none, labels({4})).at(0) == 1);
}

TEST_CASE("retrieval: a query whose label the gallery lacks has no precision") {
  const Gallery gallery(at_angles({0, 10}), labels({0, 2}), 10);

  const auto given = gallery.average_precisions(at_angles({0, 5, 9}), labels({1, 0, 7}));

  CHECK(std::isnan(given.at(0)));
  CHECK(given.at(1) == 1);
  CHECK(std::isnan(given.at(2)));
}
