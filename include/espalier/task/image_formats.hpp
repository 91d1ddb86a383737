#pragma once
// The formats of images, a row each: what a study file says of them and what the trainer reads. Their readers are a
// table in src/data/pack/import.cpp.
#include <cstdint>
#include <string>
#include <vector>

namespace espalier::task {

/// The numbers are part of the keys that find packed images: a new format goes to the end.
enum class ImageFormat : std::uint8_t { idx = 0, cifar = 1, folder = 2, pack = 3, made = 4 };

/// How many paths `images` names.
enum class ImagePaths : std::uint8_t { none, one, some };

struct ImageFormatRow {
  ImageFormat format;
  std::string name;  ///< as study files spell it
  ImagePaths paths = ImagePaths::one;
  std::string images;                 ///< what `images` names, for the documents
  std::string wants;                  ///< the same, for a message
  bool has_label_file = false;        ///< `labels` is needed; else it is refused
  std::vector<std::string> own_keys;  ///< further keys that no other format reads
};

/// In the order of the enumeration.
const std::vector<ImageFormatRow>& image_formats();
const ImageFormatRow& row_of(ImageFormat format);
/// Null where the name is unknown.
const ImageFormatRow* image_format_named(const std::string& name);
/// "idx", "cifar", ... in the order of the enumeration.
std::vector<std::string> image_format_names();

/// Of one image in a folder, unless a study says otherwise: a header of few bytes can claim any number.
inline constexpr std::int64_t kMaxPixels = 100'000'000;

/// A number that made images are drawn by: a key of its own in the data set's table.
struct MadeNumber {
  std::string key;
  std::int64_t fallback, least, most;
  std::string meaning;
};
const std::vector<MadeNumber>& made_numbers();

}  // namespace espalier::task
