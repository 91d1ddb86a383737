// Makes learnable images (a smooth pattern per class, plus noise) by integer arithmetic: equal bytes everywhere.
#include <algorithm>

#include "data/read/readers.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"

namespace espalier::data {
namespace {

struct Recipe {
  std::int64_t classes = 10, per_class = 20, channels = 1, height = 28, width = 28, seed = 0, noise = 48;
};

constexpr std::int64_t kGrid = 4;  // cells of a pattern per side
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 34;

struct Parameter {
  const char* name;
  std::int64_t Recipe::* member;
  std::int64_t low, high;
};

constexpr Parameter kParameters[] = {
    {"classes", &Recipe::classes, 1, 100'000}, {"per_class", &Recipe::per_class, 1, 1'000'000},
    {"channels", &Recipe::channels, 1, 4},     {"height", &Recipe::height, 1, 4096},
    {"width", &Recipe::width, 1, 4096},        {"seed", &Recipe::seed, INT64_MIN, INT64_MAX},
    {"noise", &Recipe::noise, 0, 255}};

void set(Recipe& recipe, const std::string& name, std::int64_t value) {
  for (const Parameter& parameter : kParameters) {
    if (name != parameter.name) continue;
    if (value < parameter.low || value > parameter.high) {
      throw UsageError(
          "made." + name + " is " + std::to_string(value), "out of range",
          "Take a value of " + std::to_string(parameter.low) + " to " + std::to_string(parameter.high) + ".");
    }
    recipe.*parameter.member = value;
    return;
  }
  throw UsageError("made." + name + " is unknown", "made images know no such value",
                   "Known are classes, per_class, channels, height, width, seed and noise.");
}

/// One channel of a class's pattern: random values at the corners of a coarse grid, bilinear between them.
std::vector<std::uint8_t> pattern(const Recipe& recipe, SplitMix64 random) {
  std::int64_t corners[kGrid + 1][kGrid + 1];
  for (auto& row : corners) {
    for (auto& corner : row) corner = static_cast<std::int64_t>(random.below(256));
  }
  std::vector<std::uint8_t> pixels;
  for (std::int64_t y = 0; y < recipe.height; ++y) {
    const std::int64_t v = y * kGrid * 256 / recipe.height, row = v / 256, down = v % 256;
    for (std::int64_t x = 0; x < recipe.width; ++x) {
      const std::int64_t u = x * kGrid * 256 / recipe.width, column = u / 256, right = u % 256;
      const std::int64_t above = corners[row][column] * (256 - right) + corners[row][column + 1] * right;
      const std::int64_t below = corners[row + 1][column] * (256 - right) + corners[row + 1][column + 1] * right;
      pixels.push_back(static_cast<std::uint8_t>((above * (256 - down) + below * down) / 65536));
    }
  }
  return pixels;
}

void add_noise(const std::vector<std::uint8_t>& from, std::int64_t noise, SplitMix64 random, std::uint8_t* to) {
  for (const std::uint8_t pixel : from) {
    const auto drawn = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(2 * noise + 1))) - noise;
    *to++ = static_cast<std::uint8_t>(std::clamp<std::int64_t>(pixel + drawn, 0, 255));
  }
}

}  // namespace

RawImages make_images(const std::map<std::string, std::int64_t>& parameters) {
  Recipe recipe;
  for (const auto& [name, value] : parameters) set(recipe, name, value);
  const std::int64_t count = recipe.classes * recipe.per_class, image = recipe.channels * recipe.height * recipe.width;
  if (count > kMaxBytes / image) {
    throw UsageError("the made images would take more than 16 GiB",
                     std::to_string(count) + " images of " + std::to_string(image) + " bytes",
                     "Make fewer or smaller ones.");
  }
  RawImages raw;
  raw.images = at::empty({count, recipe.channels, recipe.height, recipe.width}, at::kByte);
  auto* to = raw.images.mutable_data_ptr<std::uint8_t>();
  const auto seed = static_cast<std::uint64_t>(recipe.seed);
  for (std::int64_t c = 0; c < recipe.classes; ++c) {
    std::vector<std::uint8_t> prototype;
    for (std::int64_t channel = 0; channel < recipe.channels; ++channel) {
      const auto plane = pattern(recipe, SplitMix64(seed_of(seed, {"made pattern", c, channel})));
      prototype.insert(prototype.end(), plane.begin(), plane.end());
    }
    for (std::int64_t i = 0; i < recipe.per_class; ++i, to += image) {
      add_noise(prototype, recipe.noise, SplitMix64(seed_of(seed, {"made noise", c, i})), to);
      raw.labels.push_back(static_cast<std::int32_t>(c));
    }
    raw.class_names.push_back(std::to_string(c));
  }
  return raw;
}

}  // namespace espalier::data
