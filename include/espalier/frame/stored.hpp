#pragma once
// A member of a struct that is stored or hashed: its number and name in files and ids, whatever C++ calls it.

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

}  // namespace espalier::frame
