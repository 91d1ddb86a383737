#pragma once
// The contract of every owner of a system or library object, checked by the compiler beside each type.
#include <type_traits>

namespace espalier::os {

/// Has one owner, which can be handed on without failing: not copyable, moves and destructor noexcept.
template <class T>
inline constexpr bool is_handle =
    !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> && std::is_nothrow_move_constructible_v<T> &&
    std::is_nothrow_move_assignable_v<T> && std::is_nothrow_destructible_v<T>;

}  // namespace espalier::os
