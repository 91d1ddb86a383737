// Computes SHA-256 with libcrypto and writes digests as hexadecimal text.
#include "espalier/core/hash.hpp"

#include <openssl/evp.h>

#include <algorithm>

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

/// Looked up once and kept until the process ends: EVP_sha256() would be looked up again for every hash.
const EVP_MD* algorithm() {
  static const EVP_MD* const kSha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  check(kSha256 != nullptr, "EVP_MD_fetch");
  return kSha256;
}
}  // namespace

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  check(EVP_DigestInit_ex(context_->handle, algorithm(), nullptr), "EVP_DigestInit_ex");
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

Digest sha256(Bytes bytes) {
  Digest digest{};
  check(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, algorithm(), nullptr), "EVP_Digest");
  return digest;
}

std::string to_hex(const Digest& digest, std::size_t bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(2 * std::min(bytes, digest.size()), '0');
  for (std::size_t i = 0; i < text.size(); i += 2) {
    text[i] = kDigits[digest[i / 2] >> 4];
    text[i + 1] = kDigits[digest[i / 2] & 15];
  }
  return text;
}

}  // namespace espalier
