// Tells a file by its first bytes: what people have in place of a safetensors file, most often.
#include "espalier/core/file_kind.hpp"

#include <algorithm>
#include <cctype>

namespace espalier {

namespace {

using Text = std::string_view;
using namespace std::string_view_literals;

constexpr const char* kFromTorch =
    "Write its tensors with safetensors.torch.save_file (docs/models.md), then 'espalier model import'";
constexpr const char* kAgain = "Download it again: what the server sent is not the file";
constexpr const char* kUnpack = "Unpack it first";
constexpr const char* kNoWay = "Name a safetensors file";

struct Beginning {
  std::size_t at;  ///< where in the file the bytes stand
  Text bytes;
  FileKind kind;
};

/// The first that fits counts.
constexpr Beginning kBeginnings[] = {
    {0, "version https://git-lfs"sv, {"a Git LFS pointer, not the file itself", "Fetch it with 'git lfs pull'"}},
    {0, "PK\3\4"sv, {"a zip archive, as torch.save writes (.pt, .pth)", kFromTorch}},
    {0, "PK\5\6"sv, {"an empty zip archive", kAgain}},
    {0, "\x80\2"sv, {"a Python pickle, as torch.save wrote before PyTorch 1.6", kFromTorch}},
    {0, "\x80\3"sv, {"a Python pickle", kFromTorch}},
    {0, "\x80\4"sv, {"a Python pickle", kFromTorch}},
    {0, "\x80\5"sv, {"a Python pickle", kFromTorch}},
    {0,
     "\x89HDF\r\n\x1a\n"sv,
     {"an HDF5 file (Keras?)", "Write its tensors as safetensors, then 'espalier model import'"}},
    {0, "\x93NUMPY"sv, {"a NumPy array", "Write its tensors as safetensors, then 'espalier model import'"}},
    {0, "\x1f\x8b"sv, {"compressed by gzip", kUnpack}},
    {0, "\x28\xb5\x2f\xfd"sv, {"compressed by zstd", kUnpack}},
    {0,
     "\xfd"
     "7zXZ\0"sv,
     {"compressed by xz", kUnpack}},
    {0, "BZh"sv, {"compressed by bzip2", kUnpack}},
    {257, "ustar"sv, {"a tar archive", kUnpack}},
    {0, "\x89PNG"sv, {"a PNG image", kNoWay}},
    {0, "\xff\xd8\xff"sv, {"a JPEG image", kNoWay}},
    {0, "%PDF"sv, {"a PDF document", kNoWay}},
};

constexpr FileKind kEmpty{"empty", kAgain};
constexpr FileKind kPage{"an HTML page", kAgain};
constexpr FileKind kZeros{"zeros from its first byte on: it was never written", kAgain};

/// Whether the text begins so, after white space, small and capital letters alike.
bool begins_with(Text text, Text word) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), text.size()));
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

}  // namespace

const FileKind* foreign_kind(Bytes first) {
  const Text text(reinterpret_cast<const char*>(first.data()), first.size());
  if (text.empty()) return &kEmpty;
  if (text.size() > 9 && text[8] == '{') return nullptr;  // a safetensors file's header
  for (const Beginning& one : kBeginnings) {
    if (text.size() > one.at && text.substr(one.at).starts_with(one.bytes)) return &one.kind;
  }
  for (const Text tag : {"<!doctype html"sv, "<html"sv, "<head"sv, "<?xml"sv}) {
    if (begins_with(text, tag)) return &kPage;
  }
  return text.find_first_not_of('\0') == Text::npos ? &kZeros : nullptr;
}

}  // namespace espalier
