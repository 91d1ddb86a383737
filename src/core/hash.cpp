// Computes SHA-256 with libcrypto and writes digests as hexadecimal text.
#include "espalier/core/hash.hpp"

#include <openssl/evp.h>

#include "espalier/core/errors.hpp"

namespace espalier {

struct Sha256::Context {
  EVP_MD_CTX* handle = EVP_MD_CTX_new();
  ~Context() { EVP_MD_CTX_free(handle); }
};

namespace {
void check(int ok, const char* call) {
  if (ok != 1) throw EnvironmentError(std::string("libcrypto failed in ") + call, "", "Check the installation.");
}
}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  check(EVP_DigestInit_ex(context_->handle, EVP_sha256(), nullptr), "EVP_DigestInit_ex");
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(Bytes bytes) {
  check(EVP_DigestUpdate(context_->handle, bytes.data(), bytes.size()), "EVP_DigestUpdate");
  return *this;
}

Digest Sha256::finish() {
  Digest digest{};
  check(EVP_DigestFinal_ex(context_->handle, digest.data(), nullptr), "EVP_DigestFinal_ex");
  return digest;
}

Digest sha256(Bytes bytes) { return Sha256().update(bytes).finish(); }

std::string to_hex(const Digest& digest, std::size_t bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < bytes && i < digest.size(); ++i) {
    text += kDigits[digest[i] >> 4];
    text += kDigits[digest[i] & 15];
  }
  return text;
}

}  // namespace espalier
