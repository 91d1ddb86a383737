// Makes normalised float batches from packed images, augmented for training or centred for evaluation.
#include "espalier/data/batch_maker.hpp"

#include "data/batch/augment_warp.hpp"
#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"

namespace espalier::data {
namespace {

using Rows = std::vector<std::int64_t>;

network::Shape shape_of(const at::Tensor& images) {
  const auto side = [&](int i) { return static_cast<std::int32_t>(images.size(i)); };
  return {side(1), side(2), side(3)};
}

/// Computed in double and rounded once. Requires std > 0, since 0 would give infinities.
Affine normalisation(const task::TrainSpec& spec) {
  const auto channels = static_cast<std::size_t>(spec.input.channels);
  ESPALIER_EXPECT(spec.mean.size() == channels && spec.std.size() == channels);
  Affine affine;
  for (std::size_t c = 0; c < channels; ++c) {
    ESPALIER_EXPECT(spec.std[c] > 0);
    affine.scale.push_back(static_cast<float>(1.0 / (255.0 * spec.std[c])));
    affine.offset.push_back(static_cast<float>(-static_cast<double>(spec.mean[c]) / spec.std[c]));
  }
  return affine;
}

Affine values_of(const at::Tensor& scale, const at::Tensor& offset) {
  const auto list = [](const at::Tensor& values) {
    const float* first = values.const_data_ptr<float>();
    return std::vector<float>(first, first + values.numel());
  };
  return {list(scale), list(offset)};
}

Affine unchanged(std::int32_t channels) {
  const auto count = static_cast<std::size_t>(channels);
  return {std::vector<float>(count, 1.0f), std::vector<float>(count, 0.0f)};
}

[[noreturn]] void refuse_shape(const network::Shape& from, const network::Shape& input) {
  const auto text = [](const network::Shape& shape) {
    return std::to_string(shape.channels) + " x " + std::to_string(shape.height) + " x " + std::to_string(shape.width);
  };
  throw UsageError("images of " + text(from) + " do not give the network's input of " + text(input),
                   "no crop leads from one to the other", "Check centre_crop, random_resized and the data's size.");
}

void check_sides(const network::Shape& from, const network::Shape& input) {
  if (from.channels != input.channels || from.height < input.height || from.width < input.width)
    refuse_shape(from, input);
}

std::vector<Window> windows_of(const std::vector<ImageDraw>& draws) {
  std::vector<Window> windows;
  windows.reserve(draws.size());
  for (const ImageDraw& draw : draws) windows.push_back(draw.window);
  return windows;
}

}  // namespace

BatchMaker::BatchMaker(const task::TrainSpec& spec)
    : augment_(spec.augment), seed_(spec.augment_seed), input_(spec.input) {
  const Affine affine = normalisation(spec);
  scale_ = at::tensor(affine.scale);
  offset_ = at::tensor(affine.offset);
}

at::Tensor BatchMaker::training(const ImageSet& set, const std::vector<std::int64_t>& positions, std::int32_t epoch,
                                std::int32_t step, std::int64_t first_row) const {
  const network::Shape from = shape_of(set.images);
  const bool resizes = augment_.random_resized > 0, rotates = augment_.rotation_degrees > 0;
  const bool moves_resized = resizes && augment_.translation > 0;
  if (from.channels != input_.channels) refuse_shape(from, input_);
  const std::uint64_t key = derive(seed_, static_cast<std::uint64_t>(epoch), step);
  Rows rows;
  std::vector<ImageDraw> draws;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    rows.push_back(set.rows.at(static_cast<std::size_t>(positions[i])));
    draws.push_back(draw_image(augment_, key, i + static_cast<std::size_t>(first_row), from, input_));
  }
  if (!resizes) check_sides(from, input_);
  if (!resizes && !rotates) return gather(set.images, rows, windows_of(draws), input_, values_of(scale_, offset_));
  at::Tensor batch = resizes ? resized_crops(set.images, rows, draws, input_)
                             : gather(set.images, rows, windows_of(draws), input_, unchanged(input_.channels));
  if (rotates || moves_resized) batch = rotated(batch, draws, moves_resized ? Move::yes : Move::no);
  return (batch * scale_.view({1, -1, 1, 1}) + offset_.view({1, -1, 1, 1})).contiguous(at::MemoryFormat::ChannelsLast);
}

std::vector<bool> BatchMaker::flips(std::int64_t count, std::int32_t epoch, std::int32_t step,
                                    std::int64_t first_row) const {
  std::vector<bool> flipped(static_cast<std::size_t>(count), false);
  if (!augment_.flip) return flipped;
  const std::uint64_t key = derive(seed_, static_cast<std::uint64_t>(epoch), step);
  for (std::size_t i = 0; i < flipped.size(); ++i)
    flipped[i] = draw_image(augment_, key, i + static_cast<std::size_t>(first_row), input_, input_).window.flip;
  return flipped;
}

std::vector<Window> BatchMaker::training_windows(const network::Shape& from, std::int64_t count, std::int32_t epoch,
                                                 std::int32_t step) const {
  ESPALIER_EXPECT(only_windows());
  check_sides(from, input_);
  const std::uint64_t key = derive(seed_, static_cast<std::uint64_t>(epoch), step);
  std::vector<Window> windows;
  for (std::int64_t i = 0; i < count; ++i) {
    windows.push_back(draw_image(augment_, key, static_cast<std::uint64_t>(i), from, input_).window);
  }
  return windows;
}

Window BatchMaker::evaluation_window(const network::Shape& from) const {
  check_sides(from, input_);
  const bool crops = augment_.centre_crop > 0;
  const std::int32_t height = crops ? augment_.centre_crop : from.height,
                     width = crops ? augment_.centre_crop : from.width;
  if (height != input_.height || width != input_.width) refuse_shape(from, input_);
  return {centred_offset(from.height, height), centred_offset(from.width, width), false};
}

at::Tensor BatchMaker::evaluation(const ImageSet& set, std::int64_t first, std::int64_t count) const {
  const Window window = evaluation_window(shape_of(set.images));
  ESPALIER_EXPECT(first >= 0 && count >= 0 && first + count <= set.size());
  const Rows rows(set.rows.begin() + first, set.rows.begin() + first + count);
  return gather(set.images, rows, std::vector<Window>(rows.size(), window), input_, values_of(scale_, offset_));
}

}  // namespace espalier::data
