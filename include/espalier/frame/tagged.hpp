#pragma once
// The archives behind the journal: numbered fields, so that later versions may add some. The bytes are those of
// Protocol Buffers (docs/journal.proto); a struct needs a `serialize` member made of `stored<N>("name", member)`, N
// ascending.
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "espalier/core/errors.hpp"
#include "espalier/core/ids.hpp"
#include "espalier/frame/archive.hpp"
#include "espalier/frame/growing_bytes.hpp"
#include "espalier/frame/stored.hpp"
#include "espalier/frame/varint.hpp"

namespace espalier::frame {

/// A field with this number or a higher one must be understood: a reader that does not know it refuses the whole.
/// Below, unknown fields are skipped.
inline constexpr int kFirstMandatoryField = 1000;

/// Writes structs. Scalars and texts are always written; empty ids and lists, and absent optionals, are left out: lists
/// and ids must therefore be empty by default.
class TaggedWriter {
 public:
  using is_saving = std::true_type;
  using is_loading = std::false_type;

  template <int N, class T>
  TaggedWriter& operator&(const Stored<N, T>& field) {
    put<N>(field.value);
    return *this;
  }
  template <class T>
  void message(const T& value) {
    const_cast<T&>(value).serialize(*this, 0u);  // `serialize` reads when saving
  }
  /// Until more is written.
  std::string_view bytes() const { return bytes_.view(); }

 private:
  template <int N>
  static char* write_key(char* at, WireType type) {
    return write_varint(at, static_cast<std::uint64_t>(N) << 3 | static_cast<std::uint64_t>(type));
  }
  template <int N>
  void block(std::string_view bytes) {
    char* at = bytes_.room(2 * kMostVarint + bytes.size());
    at = write_varint(write_key<N>(at, WireType::block), bytes.size());
    std::copy(bytes.begin(), bytes.end(), at);
    bytes_.set_end(at + bytes.size());
  }
  /// Written in place behind one byte for its length, and moved where the length needs more.
  template <int N, class Fill>
  void nested(const Fill& fill) {
    bytes_.set_end(write_key<N>(bytes_.room(2 * kMostVarint), WireType::block) + 1);
    const std::size_t begin = bytes_.size();
    fill(*this);
    const std::size_t size = bytes_.size() - begin, more = varint_size(size) - 1;
    if (more > 0) {
      bytes_.set_end(bytes_.room(more) + more);
      std::memmove(bytes_.at(begin + more), bytes_.at(begin), size);
    }
    write_varint(bytes_.at(begin - 1), size);
  }

  template <int N, Scalar T>
  void put(const T& value) {
    char* at = bytes_.room(2 * kMostVarint);
    bytes_.set_end(write_scalar(write_key<N>(at, wire_type_of<T>()), value));
  }
  template <int N>
  void put(const std::string& text) {
    block<N>(text);  // also an empty one: a field's default may be another text
  }
  template <int N, class Tag>
  void put(const HashId<Tag>& id) {
    if (!id.empty()) block<N>(id.hex.view());
  }
  template <int N>
  void put(const ArtifactId& id) {
    if (!id.empty()) block<N>(id.hex);
  }
  template <int N>
  void put(const WorkerId& worker) {
    put<N>(worker.rank);
  }
  template <int N>
  void put(const Fence& fence) {
    nested<N>([&](TaggedWriter& inner) {
      inner.put<1>(fence.segment);
      inner.put<2>(fence.attempt);
    });
  }
  template <int N, class T>
  void put(const std::vector<T>& items) {
    if constexpr (Scalar<T>) {
      if (items.empty()) return;
      nested<N>([&](TaggedWriter& inner) { inner.pack(items); });
    } else {
      for (const T& item : items) put_item<N>(item);
    }
  }
  template <class T>
  void pack(const std::vector<T>& items) {
    char* at = bytes_.room(kMostVarint * items.size());
    for (const T item : items) at = write_scalar(at, item);
    bytes_.set_end(at);
  }
  /// One of a list: written even where it is empty, so that none is lost.
  template <int N, class T>
  void put_item(const T& item) {
    if constexpr (std::is_same_v<T, std::string>) block<N>(item);
    else if constexpr (is_hash_id<T>) block<N>(item.hex.view());
    else if constexpr (is_vector<T>) nested<N>([&](TaggedWriter& inner) { inner.put<1>(item); });
    else nested<N>([&](TaggedWriter& inner) { inner.message(item); });
  }
  template <int N, class K, class V>
  void put(const std::map<K, V>& items) {
    for (const auto& [name, value] : items) {
      nested<N>([&](TaggedWriter& inner) {
        inner.put<1>(name);
        inner.put<2>(value);
      });
    }
  }
  template <int N, class T>
  void put(const std::optional<T>& item) {
    if (item) put_present<N>(*item);
  }
  template <int N, class T>
  void put_present(const T& item) {
    if constexpr (Scalar<T>) put<N>(item);
    else put_item<N>(item);
  }
  template <int N, class T>
    requires(std::is_class_v<T>)
  void put(const T& value) {
    if constexpr (N >= kFirstMandatoryField) {
      if (value == T{}) return;  // readers that do not know the field are stopped only where it says something
    }
    nested<N>([&](TaggedWriter& inner) { inner.message(value); });
  }

  GrowingBytes bytes_;
};

/// Reads what TaggedWriter wrote, this version's or another's: fields stand in ascending order, absent ones keep their
/// default. Throws CorruptionError for impossible bytes, and NewerFormatError for an unknown mandatory field and for a
/// value of an enumeration that this version does not know.
class TaggedReader {
 public:
  using is_saving = std::false_type;
  using is_loading = std::true_type;

  explicit TaggedReader(std::string_view bytes, int depth = 0) : rest_(bytes), depth_(depth) {
    constexpr int kDeepest = 100;
    if (depth > kDeepest) throw CorruptionError("a record is nested too deeply");
    read_key();
  }

  template <int N, class T>
  TaggedReader& operator&(const Stored<N, T>& field) {
    while (key_ < kKeyOf<N, WireType::varint> && key_ != 0) skip_unknown();
    get<N>(field.value);
    return *this;
  }
  template <class T>
  void message(T& value) {
    value.serialize(*this, 0u);
    while (key_ != 0) skip_unknown();
  }
  /// Calls `take(bytes)` for each block of field N, which must be the only one.
  template <int N, class Take>
  void each_block(const Take& take) {
    while (const auto bytes = take_block<N>()) take(*bytes);
    while (key_ != 0) skip_unknown();
  }

 private:
  template <int N, WireType Type>
  static constexpr std::uint64_t kKeyOf = static_cast<std::uint64_t>(N) << 3 | static_cast<std::uint64_t>(Type);

  /// Of the field that comes next; 0 at the end.
  [[gnu::always_inline]] void read_key() {
    if (rest_.empty()) {
      key_ = 0;
      return;
    }
    key_ = take_varint(rest_);
    if (key_ < kKeyOf<1, WireType::varint>) refuse_number_zero();
  }
  [[noreturn, gnu::cold]] static void refuse_number_zero() {
    throw CorruptionError("a field of a record has number 0");
  }
  [[noreturn, gnu::cold]] static void refuse_type() { throw CorruptionError("a field is of another type"); }
  [[gnu::noinline]] void skip_unknown() {
    const std::uint64_t number = key_ >> 3;
    if (number >= kFirstMandatoryField) {
      throw NewerFormatError("a record holds field " + std::to_string(number) + ", which this version does not know",
                             "it must be understood", "Use the version of espalier that wrote it, or a later one.");
    }
    skip_value(rest_, static_cast<WireType>(key_ & 7));
    read_key();
  }
  /// Whether field N comes next; throws where it is of another type.
  template <int N, WireType Type>
  bool is_next() const {
    if (key_ == kKeyOf<N, Type>) return true;
    if (key_ >> 3 == static_cast<std::uint64_t>(N)) refuse_type();
    return false;
  }
  template <int N>
  std::optional<std::string_view> take_block() {
    if (!is_next<N, WireType::block>()) return std::nullopt;
    const auto bytes = take_bytes(rest_);
    read_key();
    return bytes;
  }
  /// How many blocks of field N come next, one after the other: a list of messages gets its memory at once.
  template <int N>
  std::size_t count_blocks() const {
    TaggedReader ahead = *this;
    std::size_t count = 0;
    while (ahead.take_block<N>()) ++count;
    return count;
  }

  template <int N, Scalar T>
  void get(T& value) {
    if (!is_next<N, wire_type_of<T>()>()) return;
    take_scalar(rest_, value);
    read_key();
  }
  template <int N>
  void get(std::string& text) {
    if (const auto bytes = take_block<N>()) text = *bytes;
  }
  template <int N, class Tag>
  void get(HashId<Tag>& id) {
    if (const auto bytes = take_block<N>()) read_item(*bytes, id);
  }
  template <int N>
  void get(ArtifactId& id) {
    get<N>(id.hex);
  }
  template <int N>
  void get(WorkerId& worker) {
    get<N>(worker.rank);
  }
  template <int N>
  void get(Fence& fence) {
    const auto bytes = take_block<N>();
    if (!bytes) return;
    TaggedReader inner(*bytes, depth_ + 1);
    inner.get<1>(fence.segment);
    inner.get<2>(fence.attempt);
  }
  template <int N, class T>
  void get(std::vector<T>& items) {
    items.clear();
    if constexpr (Scalar<T>) {
      if (const auto packed = take_block<N>()) unpack(Rest(*packed), items);
    } else {
      items.reserve(count_blocks<N>());
      while (const auto bytes = take_block<N>()) read_item(*bytes, items.emplace_back());
    }
  }
  template <class T>
  static void unpack(Rest packed, std::vector<T>& items) {
    constexpr bool is_wide = std::is_floating_point_v<T>;  // else nearly all take a byte each
    items.reserve(packed.size() / (is_wide ? sizeof(T) : 1));
    while (!packed.empty()) take_scalar(packed, items.emplace_back());
  }
  template <class T>
  void read_item(std::string_view bytes, T& item) {
    if constexpr (std::is_same_v<T, std::string>) {
      item = bytes;
    } else if constexpr (is_hash_id<T>) {
      if (!ShortText::can_hold(bytes)) throw CorruptionError("an id is no text of at most 32 characters");
      item.hex = ShortText(bytes);
    } else if constexpr (is_vector<T>) {
      TaggedReader(bytes, depth_ + 1).get<1>(item);
    } else {
      TaggedReader(bytes, depth_ + 1).message(item);
    }
  }
  template <int N, class K, class V>
  void get(std::map<K, V>& items) {
    items.clear();
    while (const auto bytes = take_block<N>()) {
      TaggedReader inner(*bytes, depth_ + 1);
      K name{};
      V value{};
      inner.get<1>(name);
      inner.get<2>(value);
      items.insert_or_assign(std::move(name), std::move(value));
    }
  }
  template <int N, class T>
  void get(std::optional<T>& item) {
    item.reset();
    if (key_ >> 3 == static_cast<std::uint64_t>(N)) get_present<N>(item.emplace());
  }
  template <int N, class T>
  void get_present(T& item) {
    if constexpr (Scalar<T>) get<N>(item);
    else if (const auto bytes = take_block<N>()) read_item(*bytes, item);
  }
  template <int N, class T>
    requires(std::is_class_v<T>)
  void get(T& value) {
    if (const auto bytes = take_block<N>()) TaggedReader(*bytes, depth_ + 1).message(value);
  }

  Rest rest_;              ///< behind the key that was read
  std::uint64_t key_ = 0;  ///< number and type of the field that comes next; 0: none
  int depth_;
};

template <class T>
std::string to_tagged(const T& value) {
  TaggedWriter writer;
  writer.message(value);
  return std::string(writer.bytes());
}

/// Throws CorruptionError, NewerFormatError.
template <class T>
T from_tagged(std::string_view bytes) {
  T value{};
  TaggedReader(bytes).message(value);
  return value;
}

}  // namespace espalier::frame
