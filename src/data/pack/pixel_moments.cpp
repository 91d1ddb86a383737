// Computes the mean and standard deviation of a pack's pixels, of all images or of those that are not held out.
#include "data/pack/pixel_moments.hpp"

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "data/pack/cache_folder.hpp"
#include "espalier/core/hash.hpp"
#include "espalier/data/image_set.hpp"

namespace espalier::data {
namespace {

using Json = nlohmann::json;
using Histogram = std::array<std::int64_t, 256>;

void add_moments(const Histogram& counts, PixelMoments& moments) {
  double total = 0, sum = 0, squares = 0;
  for (std::size_t value = 0; value < counts.size(); ++value) {
    const double count = static_cast<double>(counts[value]), x = static_cast<double>(value);
    total += count;
    sum += count * x;
    squares += count * x * x;
  }
  const double mean = total > 0 ? sum / total : 0;
  const double variance = total > 0 ? squares / total - mean * mean : 0;
  moments.mean.push_back(static_cast<float>(mean / 255));
  moments.std.push_back(variance > 1e-6 ? static_cast<float>(std::sqrt(variance) / 255) : 1.0f);
}

/// The rows of a pack whose last images of each class are held out, in any order.
std::vector<std::int64_t> training_rows(const PackFacts& facts, const HeldOut& held_out) {
  std::vector<std::int32_t> classes(facts.class_names.size());
  std::iota(classes.begin(), classes.end(), 0);
  const task::LabelMap labels = task::one_output_each(classes);
  task::ImageSetSpec left{facts.digest, task::digest_of(labels), {}, {}, held_out.order, {}};
  left.partition.behind = held_out.images;
  return select(left, labels, {{facts.digest, facts.file.string()}}).rows;
}

/// The note of an earlier computation; empty where there is none that can be read.
PixelMoments noted(const std::filesystem::path& note) {
  const Json known = Json::parse(read_note_text(note), nullptr, false);
  if (!known.is_object() || !known.contains("mean") || !known.contains("std")) return {};
  try {
    return {known.at("mean").get<std::vector<float>>(), known.at("std").get<std::vector<float>>()};
  } catch (const Json::exception&) {
    return {};
  }
}

}  // namespace

PixelMoments moments_of(const at::Tensor& images, const std::vector<std::int64_t>& rows) {
  const std::int64_t channels = images.size(1), area = images.size(2) * images.size(3);
  std::vector<Histogram> counts(static_cast<std::size_t>(channels), Histogram{});
  const std::uint8_t* first = images.const_data_ptr<std::uint8_t>();
  for (const std::int64_t row : rows) {
    const std::uint8_t* pixel = first + row * channels * area;
    for (Histogram& count : counts) {
      for (std::int64_t i = 0; i < area; ++i) ++count[*pixel++];
    }
  }
  PixelMoments moments;
  for (const Histogram& count : counts) add_moments(count, moments);
  return moments;
}

PixelMoments training_moments(const PackFacts& facts, const HeldOut& held_out, const std::filesystem::path& cache) {
  const PixelMoments whole{facts.mean, facts.std};
  if (held_out.images == 0) return whole;
  const std::string key = "pixel moments 1\n" + facts.digest + "\n" + std::to_string(held_out.images) + "\n" +
                          std::to_string(static_cast<int>(held_out.order));
  const std::filesystem::path note = cache / "index" / (to_hex(sha256(key)) + ".json");
  PixelMoments moments = noted(note);
  if (moments.mean.size() == whole.mean.size() && moments.std.size() == whole.std.size()) return moments;
  const auto rows = training_rows(facts, held_out);
  if (rows.empty()) return whole;
  moments = moments_of(open_pack(facts.file).images, rows);
  try_write_note(note, Json{{"mean", moments.mean}, {"std", moments.std}}.dump());  // else it is computed again
  return moments;
}

}  // namespace espalier::data
