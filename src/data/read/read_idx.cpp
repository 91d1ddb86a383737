// Reads IDX files (LeCun's MNIST format): 00 00 <type> <dimensions>, big-endian uint32 sizes, big-endian values.
#include <algorithm>
#include <array>

#include "data/read/gzip_reader.hpp"
#include "data/read/readers.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/label_matrix.hpp"

namespace espalier::data {
namespace {

constexpr std::uint8_t kUnsignedByte = 0x08, kSignedByte = 0x09, kShort = 0x0B, kInt = 0x0C;
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 40;

struct IdxHeader {
  std::uint8_t type = 0;
  std::vector<std::int64_t> sizes;
  std::int64_t elements = 1;
};

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& why) {
  throw UsageError("'" + file.string() + "' is not the IDX file that is wanted", why,
                   "Check format, images and labels.");
}

std::int64_t big_endian(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return static_cast<std::int64_t>(value);
}

IdxHeader read_header(GzipReader& reader, const std::filesystem::path& file) {
  std::array<std::uint8_t, 4> magic{};
  reader.read_exactly(magic.data(), magic.size(), "header");
  if (magic[0] != 0 || magic[1] != 0) refuse(file, "it does not begin with two zero bytes");
  if (magic[3] < 1 || magic[3] > 4) refuse(file, "it has " + std::to_string(magic[3]) + " dimensions");
  IdxHeader header;
  header.type = magic[2];
  for (int i = 0; i < magic[3]; ++i) {
    std::array<std::uint8_t, 4> size{};
    reader.read_exactly(size.data(), size.size(), "header");
    header.sizes.push_back(big_endian(size.data(), size.size()));
    if (__builtin_mul_overflow(header.elements, header.sizes.back(), &header.elements) || header.elements > kMaxBytes) {
      refuse(file, "its sizes are beyond all bounds");
    }
  }
  return header;
}

void check_end(GzipReader& reader, const std::filesystem::path& file) {
  if (!reader.at_end()) refuse(file, "more bytes follow than its header says");
}

at::Tensor read_images(const std::filesystem::path& file) {
  GzipReader reader(file);
  const IdxHeader header = read_header(reader, file);
  if (header.type != kUnsignedByte) refuse(file, "images must be unsigned bytes");
  if (header.sizes.size() < 3) refuse(file, "images have 3 dimensions (N, H, W) or 4 (N, C, H, W)");
  std::vector<std::int64_t> shape = header.sizes;
  if (shape.size() == 3) shape.insert(shape.begin() + 1, 1);
  if (header.elements == 0) refuse(file, "it holds no pixel");
  reader.check_claim(static_cast<std::uint64_t>(header.elements), "pixels");
  at::Tensor images = at::empty(shape, at::kByte);
  reader.read_exactly(images.mutable_data_ptr(), static_cast<std::size_t>(header.elements), "pixels");
  check_end(reader, file);
  return images;
}

std::size_t width_of(std::uint8_t type, const std::filesystem::path& file) {
  switch (type) {
    case kUnsignedByte:
    case kSignedByte: return 1;
    case kShort: return 2;
    case kInt: return 4;
    default: refuse(file, "labels must be bytes, int16 or int32");
  }
}

std::int32_t label_of(const std::uint8_t* bytes, std::uint8_t type) {
  switch (type) {
    case kUnsignedByte: return bytes[0];
    case kSignedByte: return static_cast<std::int8_t>(bytes[0]);
    case kShort: return static_cast<std::int16_t>(big_endian(bytes, 2));
    default: return static_cast<std::int32_t>(big_endian(bytes, 4));
  }
}

std::vector<std::int32_t> read_labels(const std::filesystem::path& file) {
  GzipReader reader(file);
  const IdxHeader header = read_header(reader, file);
  const std::size_t width = width_of(header.type, file);
  if (header.sizes.size() != 1) refuse(file, "labels have 1 dimension");
  reader.check_claim(static_cast<std::uint64_t>(header.elements) * width, "labels");
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(header.elements) * width);
  reader.read_exactly(bytes.data(), bytes.size(), "labels");
  check_end(reader, file);
  std::vector<std::int32_t> labels;
  labels.reserve(static_cast<std::size_t>(header.elements));
  for (std::size_t i = 0; i < bytes.size(); i += width) labels.push_back(label_of(&bytes[i], header.type));
  return labels;
}

at::Tensor read_matrix(const std::filesystem::path& file) {
  GzipReader reader(file);
  const IdxHeader header = read_header(reader, file);
  if (header.type != kUnsignedByte || header.sizes.size() != 2)
    refuse(file, "several labels an image are 2 dimensions (N, K) of unsigned bytes");
  reader.check_claim(static_cast<std::uint64_t>(header.elements), "labels");
  at::Tensor matrix = at::empty(header.sizes, at::kByte);
  reader.read_exactly(matrix.mutable_data_ptr(), static_cast<std::size_t>(header.elements), "labels");
  check_end(reader, file);
  check_matrix(matrix, "'" + file.string() + "'");
  return matrix;
}

/// Some sets count their classes from 1, as EMNIST's letters do.
std::vector<Problem> notes_on(const std::vector<std::int32_t>& labels) {
  const auto [least, most] = std::minmax_element(labels.begin(), labels.end());
  if (labels.empty() || *least < 1) return {};
  const std::string first = std::to_string(*least), last = std::to_string(*most);
  return {{"labels begin at " + first, *least == 1 ? "class 0 has no image" : "the classes before it have no image",
           "Leave the empty classes out by classes = [" + first + ", ..., " + last +
               "] in source and target or by short_classes = \"leave-out\", or write labels less " + first +
               " into the file."}};
}

}  // namespace

RawImages read_idx(const std::filesystem::path& images_file, const std::filesystem::path& labels_file,
                   bool multi_label) {
  RawImages raw;
  raw.images = read_images(images_file);
  if (multi_label) raw.matrix = read_matrix(labels_file);
  else raw.labels = read_labels(labels_file);
  const auto images = raw.images.size(0);
  const auto labelled = multi_label ? raw.matrix.size(0) : static_cast<std::int64_t>(raw.labels.size());
  if (images != labelled) {
    throw UsageError("'" + images_file.string() + "' has " + std::to_string(images) + " images and '" +
                         labels_file.string() + "' has " + std::to_string(labelled) +
                         (multi_label ? " rows of labels" : " labels"),
                     multi_label ? "every image needs a row" : "every image needs one label",
                     "Name the two files that belong together.");
  }
  if (multi_label) {
    for (std::int64_t k = 0; k < raw.matrix.size(1); ++k) raw.class_names.push_back(std::to_string(k));
    return raw;
  }
  raw.class_names = numbered_classes(raw.labels, labels_file);
  raw.notes = notes_on(raw.labels);
  return raw;
}

}  // namespace espalier::data
