#pragma once
// HDF5 types and chunk sizes for a table's rows.
#include <algorithm>
#include <string>

#include "espalier/h5/table.hpp"
#include "h5/handle.hpp"

namespace espalier::h5 {

/// A fixed-length UTF-8 string, padded with NUL.
Handle text_type(std::size_t bytes);
Handle compound_type(const Table& table, const Layout& layout);

/// Rows per chunk, for chunks of about 1 MiB.
inline hsize_t chunk_rows(const Table& table, const Layout& layout) {
  const hsize_t fitting = (hsize_t{1} << 20) / std::max<std::size_t>(layout.row_bytes, 1);
  return std::clamp<hsize_t>(fitting, 1, std::max<std::size_t>(table.rows(), 1));
}

}  // namespace espalier::h5
