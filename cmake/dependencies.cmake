# Everything here is a Debian package; scripts/bootstrap.sh installs them.
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Boost REQUIRED COMPONENTS serialization)
find_package(MPI REQUIRED COMPONENTS CXX)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(libjpeg-turbo REQUIRED)
find_package(PkgConfig REQUIRED)

pkg_check_modules(HDF5_PC REQUIRED IMPORTED_TARGET hdf5)
add_library(hdf5::hdf5 ALIAS PkgConfig::HDF5_PC)

find_library(MUPARSERX_LIBRARY muparserx REQUIRED)
add_library(muparserx INTERFACE)
target_link_libraries(muparserx INTERFACE ${MUPARSERX_LIBRARY})

if(TARGET libjpeg-turbo::turbojpeg-static AND NOT TARGET libjpeg-turbo::turbojpeg)
  add_library(libjpeg-turbo::turbojpeg ALIAS libjpeg-turbo::turbojpeg-static)
endif()

# What core and data link, and how: a trainer that is carried to another machine brings its libraries along.
if(ESPALIER_PORTABLE)
  set(espalier_core_libraries fmt::fmt-header-only spdlog::spdlog_header_only libcrypto.a Boost::headers)
  set(espalier_image_libraries libpng.a libturbojpeg.a libz.a)
  add_link_options(-Wl,--as-needed)
else()
  set(espalier_core_libraries fmt::fmt spdlog::spdlog OpenSSL::Crypto Boost::headers)
  set(espalier_image_libraries PNG::PNG libjpeg-turbo::turbojpeg ZLIB::ZLIB)
endif()
