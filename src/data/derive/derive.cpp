// Transforms all images of a pack, several at a time, and rounds what each transform gives to bytes.
#include "data/derive/derive.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "data/derive/picture.hpp"
#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"

namespace espalier::data {
namespace {

struct TransformFunction {
  const char* kind;
  Picture (*transform)(const Picture& picture, TransformInput& input);
};

constexpr TransformFunction kFunctions[] = {{"blur", blurred},      {"noise", noisy},
                                            {"occlude", occluded},  {"affine", affine},
                                            {"rotate", rotated},    {"scale", scaled},
                                            {"colour", recoloured}, {"blend", blended},
                                            {"resize", squared},    {"grey_to_rgb", spread_over_channels}};

/// One transform of a pack's images, which are [N, C, H, W] bytes.
struct Step {
  task::TransformSpec spec;  ///< complete
  std::string source;        ///< digest of the pack that the first step begins with
  std::int64_t place = 0;    ///< in the list of transforms
  const Pack* other = nullptr;

  at::Tensor applied(const at::Tensor& images) const;
};

std::uint8_t rounded(double value) {
  return static_cast<std::uint8_t>(std::floor(std::clamp(value, 0.0, 255.0) + 0.5));
}

network::Shape shape_of(const at::Tensor& images) {
  const auto side = [&](int i) { return static_cast<std::int32_t>(images.size(i)); };
  return {side(1), side(2), side(3)};
}

at::Tensor Step::applied(const at::Tensor& images) const {
  const auto function = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                     [&](const TransformFunction& one) { return one.kind == spec.kind; });
  ESPALIER_EXPECT(function != std::end(kFunctions));
  const auto before = shape_of(images);
  const auto taken = other ? task::OtherImages{other->shape(), other->images.size(0)} : task::OtherImages{};
  const auto after = task::shape_after(spec, before, other ? &taken : nullptr);
  const bool draws = spec.numbers.contains("seed");
  const auto seed = draws ? static_cast<std::uint64_t>(task::number_of(spec, "seed")) : 0;
  at::Tensor result = at::empty({images.size(0), after.channels, after.height, after.width}, at::kByte);
  const std::uint8_t* from = images.const_data_ptr<std::uint8_t>();
  std::uint8_t* to = result.mutable_data_ptr<std::uint8_t>();
  at::parallel_for(0, images.size(0), 16, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t row = first; row < end; ++row) {
      Picture picture(before);
      std::copy_n(from + row * before.elements(), before.elements(), picture.values.begin());
      TransformInput input{spec, SplitMix64(draws ? seed_of(seed, {"transform", source, place, row}) : 0), other};
      const Picture made = function->transform(picture, input);
      std::transform(made.values.begin(), made.values.end(), to + row * after.elements(), rounded);
    }
  });
  return result;
}

const Pack* other_of(const task::TransformSpec& spec, const std::map<std::string, Pack>& others) {
  const std::string name = task::other_data(spec);
  if (name.empty()) return nullptr;
  const auto found = others.find(name);
  if (found != others.end()) return &found->second;
  throw UsageError("transform \"" + spec.kind + "\": there is no data set '" + name + "'", "",
                   "Name one of the study.");
}

}  // namespace

Pack derive(const Pack& from, const std::vector<task::TransformSpec>& transforms,
            const std::map<std::string, Pack>& others) {
  at::Tensor images = from.images;
  std::int64_t place = 0;
  for (const auto& spec : transforms) {
    task::check(spec);
    images = Step{task::completed(spec), from.digest, place++, other_of(spec, others)}.applied(images);
  }
  Pack pack = make_pack(std::move(images), from.labels, from.class_names, from.order_key());
  pack.levels = from.levels;
  pack.files = from.files;
  return pack;
}

}  // namespace espalier::data
