// Fills the tables of rows, windows and labels, and gathers the batch that is due.
#include "train/device/device_batches.hpp"

#include <algorithm>

#include "espalier/core/checks.hpp"

namespace espalier::train {

namespace {

/// Copies whole batches from the host to the front of a table.
void put(const at::Tensor& table, const at::Tensor& values) {
  auto sizes = table.sizes().vec();
  sizes[0] = -1;
  const at::Tensor batches = values.contiguous().view(sizes);
  table.slice(0, 0, batches.size(0)).copy_(batches);
}

/// With the last row again and again up to `count` rows.
at::Tensor padded(const at::Tensor& matrix, std::int64_t count) {
  const std::int64_t rows = matrix.size(0);
  return at::cat({matrix, matrix.slice(0, rows - 1, rows).expand({count - rows, matrix.size(1)})});
}

at::Tensor windows_tensor(const std::vector<data::Window>& windows, std::int64_t batches, std::int64_t batch) {
  at::Tensor all = at::empty({batches, batch, 3}, at::kInt);
  auto* out = all.mutable_data_ptr<std::int32_t>();
  for (const auto& window : windows) {
    *out++ = window.top;
    *out++ = window.left;
    *out++ = window.flip;
  }
  return all;
}

}  // namespace

DeviceBatches::DeviceBatches(std::int64_t batch, at::Device device)
    : batch_(batch), device_(device), index_(at::zeros({1}, at::TensorOptions(at::kLong).device(device))) {}

void DeviceBatches::connect(const BatchSource& source) {
  const auto same = [](const at::Tensor& a, const at::Tensor& b) {
    return a.defined() == b.defined() && (!a.defined() || a.const_data_ptr() == b.const_data_ptr());
  };
  const bool images = source_.images && source.images && same(source_.images->pixels, source.images->pixels);
  const bool neither = !source_.images && !source.images;
  const bool same_features = source_.features == source.features && same(source_.table, source.table);
  if (!(images || neither) || !same_features) {
    ++version_;
    source_ = source;
  } else if (images) {  // same memory: recorded work reads the new numbers
    source_.images->scale.copy_(source.images->scale);
    source_.images->offset.copy_(source.images->offset);
  }
}

/// `outputs`: of several labels an image, their number; else 0.
void DeviceBatches::make_room(std::int64_t batches, std::int64_t outputs) {
  const bool fits = are_several() ? labels_.size(2) == outputs : outputs == 0;
  if (labels_.defined() && labels_.size(0) >= batches && fits) return;
  const auto on_device = [&](at::ScalarType type) { return at::TensorOptions(type).device(device_); };
  rows_ = at::zeros({batches, batch_}, on_device(at::kLong));
  windows_ = at::zeros({batches, batch_, 3}, on_device(at::kInt));
  labels_ = outputs > 0 ? at::zeros({batches, batch_, outputs}, on_device(at::kFloat))
                        : at::zeros({batches, batch_}, on_device(at::kLong));
  counted_ = at::zeros({batches, batch_}, on_device(at::kDouble));
  ++version_;
}

void DeviceBatches::fill(BatchRows rows) {
  const bool several = rows.matrix.defined();
  const auto count = several ? rows.matrix.size(0) : static_cast<std::int64_t>(rows.labels.size());
  const auto batches = (count + batch_ - 1) / batch_;
  ESPALIER_EXPECT(count > 0 && (is_staged() || static_cast<std::int64_t>(rows.rows.size()) == count));
  make_room(batches, several ? rows.matrix.size(1) : 0);
  const auto whole = static_cast<std::size_t>(batches * batch_);
  if (several) {
    put(labels_, padded(rows.matrix, batches * batch_));
  } else {
    rows.labels.resize(whole, rows.labels.back());
    put(labels_, at::tensor(rows.labels, at::kLong));
  }
  at::Tensor counted = at::zeros({batches * batch_}, at::kDouble);
  counted.slice(0, 0, count).fill_(1);
  put(counted_, counted);
  if (is_staged()) return;
  rows.rows.resize(whole, rows.rows.back());
  put(rows_, at::tensor(rows.rows, at::kLong));
  if (!source_.images) return;
  rows.windows.resize(whole, rows.windows.back());
  put(windows_, windows_tensor(rows.windows, batches, batch_));
}

void DeviceBatches::stage(const at::Tensor& inputs) {
  ESPALIER_EXPECT(is_staged() && inputs.size(0) <= batch_);
  auto sizes = inputs.sizes().vec();
  sizes[0] = batch_;
  if (!staged_.defined() || staged_.sizes() != at::IntArrayRef(sizes) ||
      staged_.scalar_type() != inputs.scalar_type()) {
    staged_ = at::empty(sizes, inputs.options().device(device_).memory_format(inputs.suggest_memory_format())).zero_();
    ++version_;
  }
  staged_.slice(0, 0, inputs.size(0)).copy_(inputs);
}

at::Tensor DeviceBatches::inputs(std::int64_t count) const {
  if (source_.features) {
    const at::Tensor slots = due(rows_).slice(0, 0, count);
    return source_.features->shaped(source_.table.index_select(0, slots));
  }
  if (!source_.images) return staged_.slice(0, 0, count);
  return device::gather_images(*source_.images, {rows_, windows_, index_}, count, source_.input.height,
                               source_.input.width);
}

at::Tensor DeviceBatches::labels(std::int64_t count) const { return due(labels_).slice(0, 0, count); }

at::Tensor DeviceBatches::counted() const { return due(counted_); }

}  // namespace espalier::train
