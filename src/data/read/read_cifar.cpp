// Reads CIFAR's binary records (Krizhevsky 2009).
// A record is 3072 bytes of 32 x 32 RGB, plane by plane, behind one label byte (CIFAR-10) or two, coarse and fine
// (CIFAR-100).
#include <algorithm>
#include <cstring>
#include <iterator>

#include "data/read/gzip_reader.hpp"
#include "data/read/readers.hpp"
#include "espalier/core/errors.hpp"

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
  throw UsageError(
      "'" + file.string() + "' holds no CIFAR records",
      std::to_string(bytes.size()) +
          " bytes are no whole number of records of 3074 (CIFAR-100) or 3073 (CIFAR-10) bytes with labels in range",
      "Give the binary version, as it is or compressed by gzip.");
}

/// The coarse class of each fine one, noted record by record.
class CoarseClasses {
 public:
  void note(std::uint8_t fine, std::uint8_t coarse, const std::filesystem::path& file) {
    if (of_.size() <= fine) of_.resize(std::size_t{fine} + 1, -1);
    std::int32_t& known = of_[fine];
    if (known >= 0 && known != coarse) {
      throw UsageError(
          "'" + file.string() + "' gives class " + std::to_string(fine) + " the coarse label " + std::to_string(coarse),
          "another record of that class has " + std::to_string(known), "Check the file.");
    }
    known = coarse;
  }
  task::LabelLevel finish(const std::filesystem::path& file) const {
    return {of_, numbered_classes(known_ones(), file)};
  }

 private:
  std::vector<std::int32_t> known_ones() const {
    std::vector<std::int32_t> known;
    std::copy_if(of_.begin(), of_.end(), std::back_inserter(known), [](std::int32_t coarse) { return coarse >= 0; });
    return known;
  }

  std::vector<std::int32_t> of_;
};

/// The pixels of a file's records; labels go to `raw` and `coarse`.
at::Tensor read_shard(const std::string& bytes, std::size_t record, const std::filesystem::path& file, RawImages& raw,
                      CoarseClasses& coarse) {
  const std::size_t count = bytes.size() / record;
  at::Tensor shard = at::empty({static_cast<std::int64_t>(count), 3, 32, 32}, at::kByte);
  auto* pixels = shard.mutable_data_ptr<std::uint8_t>();
  for (std::size_t i = 0; i < count; ++i) {
    const char* first = bytes.data() + i * record;
    const auto fine = static_cast<std::uint8_t>(first[record - kPixels - 1]);
    raw.labels.push_back(fine);
    if (record == kCifar100) coarse.note(fine, static_cast<std::uint8_t>(first[0]), file);
    std::memcpy(pixels + i * kPixels, first + record - kPixels, kPixels);
  }
  return shard;
}

}  // namespace

RawImages read_cifar(const std::vector<std::filesystem::path>& files) {
  RawImages raw;
  CoarseClasses coarse;
  std::vector<at::Tensor> shards;
  std::size_t first_record = 0;
  for (const auto& file : files) {
    const std::string bytes = read_all(file);
    const std::size_t record = record_size(bytes, file);
    if (first_record == 0) first_record = record;
    if (record != first_record) {
      throw UsageError("'" + file.string() + "' and '" + files.front().string() + "' are not of one data set",
                       "one is CIFAR-10, one CIFAR-100", "Name files of one of them.");
    }
    shards.push_back(read_shard(bytes, record, file, raw, coarse));
  }
  raw.images = shards.size() == 1 ? shards.front() : at::cat(shards);
  raw.class_names = numbered_classes(raw.labels, files.front());
  if (first_record == kCifar100) raw.levels["coarse"] = coarse.finish(files.front());
  return raw;
}

}  // namespace espalier::data
