// Heartbeats and words among what a launch prints.
#include "runtime/launch/launch_words.hpp"

#include <catch2/catch.hpp>

using namespace espalier::runtime;

TEST_CASE("launch words: heartbeats and words are taken out of the text, wherever the output is cut") {
  const std::string output =
      "one\n\x06two\x05"
      "begun\n\x06 lines\n\x05"
      "ended 75\nlast";
  const auto cut = static_cast<std::size_t>(GENERATE(1, 2, 3, 7, 100));
  WordReader reader;

  std::string text;
  for (std::size_t at = 0; at < output.size(); at += cut) text += reader.take(std::string_view(output).substr(at, cut));

  CHECK(text == "one\ntwo lines\nlast");
  CHECK(reader.words().heartbeats == 2);
  CHECK(reader.words().begun);
  CHECK(reader.words().ended_with == 75);
}

TEST_CASE("launch words: a heartbeat within a word, and a word that is not known, harm nothing") {
  WordReader reader;

  CHECK(reader.take("\x05"
                    "beg\x06un\n\x05"
                    "dances\nx") == "x");

  CHECK(reader.words().begun);
  CHECK(reader.words().heartbeats == 1);
  CHECK(reader.words().ended_with == -1);
}
