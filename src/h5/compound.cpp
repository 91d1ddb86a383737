// Builds the HDF5 compound and string types of a table.
#include "h5/compound.hpp"

namespace espalier::h5 {

Handle text_type(std::size_t bytes) {
  Handle type = ESPALIER_H5(H5Tclose, H5Tcopy, H5T_C_S1);
  check(H5Tset_size(type.id(), std::max<std::size_t>(bytes, 1)), "H5Tset_size");
  check(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), "H5Tset_strpad");
  check(H5Tset_cset(type.id(), H5T_CSET_UTF8), "H5Tset_cset");
  return type;
}

Handle compound_type(const Table& table, const Layout& layout) {
  Handle type = ESPALIER_H5(H5Tclose, H5Tcreate, H5T_COMPOUND, layout.row_bytes);
  for (std::size_t i = 0; i < layout.fields.size(); ++i) {
    const Field& field = layout.fields[i];
    const char* name = table.columns()[i].name.c_str();
    const auto insert = [&](hid_t member) { check(H5Tinsert(type.id(), name, field.offset, member), "H5Tinsert"); };
    switch (field.kind) {
      case Field::Kind::integer: insert(H5T_STD_I64LE); break;
      case Field::Kind::real: insert(H5T_IEEE_F64LE); break;
      case Field::Kind::text: insert(text_type(field.bytes).id()); break;
    }
  }
  return type;
}

}  // namespace espalier::h5
