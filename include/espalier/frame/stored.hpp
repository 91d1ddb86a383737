#pragma once
// What is stored or hashed: the number and name of a member in files and ids, whatever C++ calls it, and the numbers of
// enumerations.
#include <concepts>
#include <type_traits>

namespace espalier::frame {

/// Written as `archive& stored<3>("per_class", per_class)` inside `serialize`. The number tells the field in the
/// journal, the name tells it in canonical texts; neither may ever change or be used again for something else.
template <int Number, class T>
struct Stored {
  static_assert(Number >= 1);
  static constexpr int kNumber = Number;
  const char* name;
  T& value;
};

template <int Number, class T>
const Stored<Number, T> stored(const char* name, T& value) {
  return {name, value};
}

/// An enumeration that is stored: `last_known(E)` beside it tells its highest number. The number of each value is
/// written down and never changes. A reader that meets a higher one refuses the record: a newer version of this program
/// wrote it.
template <class E>
concept StoredEnumeration = std::is_enum_v<E> && std::is_unsigned_v<std::underlying_type_t<E>> && requires(E value) {
  { last_known(value) } -> std::same_as<E>;
};

}  // namespace espalier::frame
