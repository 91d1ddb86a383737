#include "espalier/core/hash.hpp"

#include <catch2/catch.hpp>

using namespace espalier;

TEST_CASE("hash: SHA-256 gives the values of FIPS 180-4") {
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("hash: SHA-256 in pieces equals SHA-256 at once") {
  CHECK(Sha256().update("ab").update("").update("c").finish() == sha256("abc"));
}

TEST_CASE("hash: CRC-32C gives the check value of the Castagnoli polynomial") {
  CHECK(crc32c(bytes_of("123456789")) == 0xE3069283u);
  CHECK(crc32c(bytes_of("")) == 0u);
}
