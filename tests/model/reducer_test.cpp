#include "espalier/model/reducer.hpp"

#include "support/catch_after_torch.hpp"

using namespace espalier;

namespace {

/// Doubles what it sums, as a group of two equal members would.
class Doubling : public model::SingleReducer {
 public:
  void begin(const at::Tensor& buffer) override { buffer.mul_(2); }
  at::Tensor buffer(std::int64_t count, at::ScalarType type) override {
    ++made;
    return at::zeros({count}, type);
  }
  int made = 0;
};

}  // namespace

TEST_CASE("reducer: sums keep their shape, are doubles, and leave the values as they were") {
  Doubling reducer;
  const at::Tensor values = at::arange(6, at::kFloat).view({2, 3});

  const at::Tensor sums = reducer.sum(values);

  CHECK(sums.scalar_type() == at::kDouble);
  CHECK(at::equal(sums, values.to(at::kDouble) * 2));
  CHECK(at::equal(values, at::arange(6, at::kFloat).view({2, 3})));
}

TEST_CASE("reducer: sums of one length share a buffer, and earlier sums do not change with later ones") {
  Doubling reducer;
  const at::Tensor first = reducer.sum(at::ones({4}));
  reducer.sum(at::zeros({2, 2}));
  CHECK(reducer.made == 1);
  CHECK(at::equal(first, at::full({4}, 2, at::kDouble)));
  reducer.sum(at::zeros({5}));
  CHECK(reducer.made == 2);
}
