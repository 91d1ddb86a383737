// Heartbeats and words among what a launch prints.
#include "runtime/launch/launch_words.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace espalier::runtime;

TEST_CASE("launch words: heartbeats and words are taken out of the text, wherever the output is cut") {
  const std::string output =
      "one\n\x06two\x05"
      "begun\n\x06\n lines\n\x05"
      "signal 12\n\x05"
      "ended 75\n\x05"
      "refused 77\nlast";
  const auto cut = static_cast<std::size_t>(GENERATE(1, 2, 3, 7, 100));
  WordReader reader;

  std::string text;
  for (std::size_t at = 0; at < output.size(); at += cut) text += reader.take(std::string_view(output).substr(at, cut));

  CHECK(text == "one\ntwo lines\nlast");
  CHECK(reader.words().heartbeats == 2);
  CHECK(reader.words().begun);
  CHECK(reader.words().signal == 12);
  CHECK(reader.words().ended_with == 75);
  CHECK(reader.words().refused_with == 77);
}

TEST_CASE("launch words: a heartbeat within a word, and a word that is not known, harm nothing") {
  WordReader reader;

  CHECK(reader.take("\x05"
                    "beg\x06un\n\x05"
                    "dances\nx") == "x");

  CHECK(reader.words().begun);
  CHECK(reader.words().heartbeats == 1);
  CHECK(reader.words().ended_with == -1);
  CHECK(reader.words().refused_with == -1);
}

namespace {

std::string most_telling(const std::vector<std::string>& lines) {
  LastLines last;
  for (const auto& line : lines) last.add(line);
  return last.most_telling();
}

}  // namespace

TEST_CASE("last lines: the last line that names a limit or an error is shown, without its place in MPI's source") {
  std::vector<std::string> lines = {
      "[vm:8750] [[20176,0],0] ORTE_ERROR_LOG: The system limit on number of pipes a process can open was reached in "
      "file "
      "../../orte/mca/iof/base/iof_base_setup.c at line 128",
      "mpirun: abort is already in progress...hit ctrl-c again to forcibly terminate", "",
      "[vm:08750] Signal: Segmentation fault (11)"};
  for (int frame = 0; frame < 20; ++frame) lines.push_back("[vm:08750] [ 3] /usr/lib/libmpi.so.7(+0x1cc92)");
  lines.push_back("-----------------------------");

  CHECK(most_telling(lines) == "The system limit on number of pipes a process can open was reached");
  lines.push_back("mpirun: error: Too many open files");
  CHECK(most_telling(lines) == "mpirun: error: Too many open files");
}

TEST_CASE("last lines: where none names an error the last one is shown, and what is long past is not") {
  CHECK(most_telling({}).empty());
  CHECK(most_telling({"one", "two.", "", "  ", "===="}) == "two");
  std::vector<std::string> lines = {"error: long ago"};
  for (int i = 0; i < 100; ++i) lines.push_back("line " + std::to_string(i));
  CHECK(most_telling(lines) == "line 99");
}
