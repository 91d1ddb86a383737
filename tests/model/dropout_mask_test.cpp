#include "espalier/model/dropout_mask.hpp"

#include "support/catch_after_torch.hpp"

using namespace espalier;

TEST_CASE("dropout mask: the share dropped, the value kept, and rows that do not depend on the batch's size") {
  const auto mask = model::dropout_mask(0, 64, 1000, 0.2, 11);

  CHECK((mask == 0).to(at::kDouble).mean().item<double>() == Approx(0.2).epsilon(0.05));
  CHECK(mask.max().item<float>() == 1.0f / 0.8f);
  CHECK(at::equal(model::dropout_mask(0, 10, 1000, 0.2, 11), mask.slice(0, 0, 10)));
  CHECK(at::equal(model::dropout_mask(10, 5, 1000, 0.2, 11), mask.slice(0, 10, 15)));
  CHECK_FALSE(at::equal(model::dropout_mask(0, 64, 1000, 0.2, 12), mask));
}
