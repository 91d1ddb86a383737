// Reads CIFAR's binary records (Krizhevsky 2009).
// A record is 3072 bytes of 32 x 32 RGB, plane by plane, behind one label byte (CIFAR-10) or two, coarse and fine
// (CIFAR-100).
#include <algorithm>
#include <cstring>

#include "data/gzip_reader.hpp"
#include "data/readers.hpp"

namespace espalier::data {
namespace {

constexpr std::size_t kPixels = 3 * 32 * 32;
constexpr std::size_t kCifar10 = kPixels + 1, kCifar100 = kPixels + 2;

std::string read_all(const std::filesystem::path& file) {
  GzipReader reader(file);
  std::string bytes;
  constexpr std::size_t kPart = 16u << 20;
  for (std::size_t got = kPart; got == kPart;) {
    const std::size_t before = bytes.size();
    bytes.resize(before + kPart);
    got = reader.read(bytes.data() + before, kPart);
    bytes.resize(before + got);
  }
  return bytes;
}

bool labels_below(const std::string& bytes, std::size_t record, std::size_t byte, int bound) {
  for (std::size_t at = byte; at < bytes.size(); at += record) {
    if (static_cast<std::uint8_t>(bytes[at]) >= bound) return false;
  }
  return true;
}

/// Bytes per record, found from the file's size and from labels in range, which decide where both sizes fit.
std::size_t record_size(const std::string& bytes, const std::filesystem::path& file) {
  const auto fits = [&](std::size_t record) { return !bytes.empty() && bytes.size() % record == 0; };
  if (fits(kCifar100) && labels_below(bytes, kCifar100, 0, 20) && labels_below(bytes, kCifar100, 1, 100))
    return kCifar100;
  if (fits(kCifar10) && labels_below(bytes, kCifar10, 0, 10)) return kCifar10;
  throw DataProblem(
      "'" + file.string() + "' holds no CIFAR records",
      std::to_string(bytes.size()) +
          " bytes are no whole number of records of 3074 (CIFAR-100) or 3073 (CIFAR-10) bytes with labels in range",
      "Give the binary version, as it is or compressed by gzip.");
}

std::size_t label_byte(std::size_t record, const std::string& label_kind, const std::filesystem::path& file) {
  if (label_kind != "fine" && label_kind != "coarse") {
    throw DataProblem("label_kind is '" + label_kind + "'", "CIFAR-100 has fine and coarse labels",
                      "Write \"fine\" or \"coarse\".");
  }
  if (record == kCifar100) return label_kind == "fine" ? 1 : 0;
  if (label_kind == "fine") return 0;
  throw DataProblem("'" + file.string() + "' has no coarse labels", "it is CIFAR-10", "Leave label_kind out.");
}

}  // namespace

RawImages read_cifar(const std::vector<std::filesystem::path>& files, const std::string& label_kind) {
  RawImages raw;
  std::vector<at::Tensor> shards;
  std::size_t first_record = 0;
  for (const auto& file : files) {
    const std::string bytes = read_all(file);
    const std::size_t record = record_size(bytes, file), label = label_byte(record, label_kind, file);
    if (first_record == 0) first_record = record;
    if (record != first_record) {
      throw DataProblem("'" + file.string() + "' and '" + files.front().string() + "' are not of one data set",
                        "one is CIFAR-10, one CIFAR-100", "Name files of one of them.");
    }
    const std::size_t count = bytes.size() / record;
    at::Tensor shard = at::empty({static_cast<std::int64_t>(count), 3, 32, 32}, at::kByte);
    auto* pixels = shard.mutable_data_ptr<std::uint8_t>();
    for (std::size_t i = 0; i < count; ++i) {
      raw.labels.push_back(static_cast<std::uint8_t>(bytes[i * record + label]));
      std::memcpy(pixels + i * kPixels, bytes.data() + (i + 1) * record - kPixels, kPixels);
    }
    shards.push_back(shard);
  }
  raw.images = shards.size() == 1 ? shards.front() : at::cat(shards);
  raw.class_names = numbered_classes(raw.labels, files.front());
  return raw;
}

}  // namespace espalier::data
