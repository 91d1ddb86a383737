// Tests that need a GPU. Where there is none they are not run, and say so by exit code 77.
#define CATCH_CONFIG_RUNNER
#include <cstdio>

#include "espalier/device/device.hpp"
#include "espalier/train/numeric_form.hpp"
#include "support/catch_after_torch.hpp"

int main(int argc, char** argv) {
  Catch::Session session;
  const int refused = session.applyCommandLine(argc, argv);
  if (refused != 0) return refused;
  const auto& config = session.configData();
  const bool lists = config.listTests || config.listTestNamesOnly || config.listTags || config.listReporters;
  if (!lists && espalier::device::gpus() == 0) {
    std::puts("not run: there is no GPU");
    return 77;
  }
  if (!lists) {
    espalier::train::start_deterministic();
    espalier::device::start(espalier::device::choose("cuda", 0));
  }
  return session.run();
}
