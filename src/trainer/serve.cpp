// Sets up a trainer process for either kind of port, and recognises out-of-memory errors.
#include "espalier/trainer/serve.hpp"

#include <fcntl.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>
#include <string_view>

#include "espalier/core/errors.hpp"
#include "espalier/device/device.hpp"
#include "espalier/os/regular_file.hpp"
#include "espalier/process/launch.hpp"
#include "espalier/train/numeric_form.hpp"
#include "trainer/bundle_port.hpp"
#include "trainer/socket_port.hpp"
#include "trainer/trainer.hpp"

namespace espalier::trainer {

namespace {

void run(Port& port) {
  train::start_deterministic();
  const char* slot = std::getenv("ESPALIER_SLOT");
  Trainer(port, Fault::from_environment(), slot ? std::atoi(slot) : 0).run();
}

}  // namespace

void serve_agent(int socket) {
  process::die_with_parent();
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
  SocketPort port{process::FrameSocket(os::Descriptor(socket))};
  run(port);
}

bool execute_bundles(std::filesystem::path bundles, std::string out) {
  if (std::filesystem::is_directory(bundles)) {
    // A folder may come from elsewhere: what we put into it never lands behind a link, nor waits for a FIFO.
    if (out.empty()) os::open_regular(bundles / "answers", O_WRONLY | O_CREAT);
    out = std::filesystem::absolute(out.empty() ? bundles / "answers" : std::filesystem::path(out)).string();
    bundles = std::filesystem::absolute(bundles) / "bundles";
    if (std::filesystem::exists(bundles)) std::filesystem::current_path(bundles.parent_path());
  }
  std::ofstream file;
  BundlePort port(bundles, out.empty() ? std::cout : file);
  if (!out.empty()) {
    file.open(out, std::ios::binary | std::ios::trunc);
    if (!file) throw EnvironmentError("cannot write " + out, "the file cannot be opened", "");
  }
  const auto begun = std::chrono::steady_clock::now();
  run(port);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::fprintf(stderr, "espalier-trainer: %lld tasks done, %lld not, in %.1f s\n", static_cast<long long>(port.done()),
               static_cast<long long>(port.failed()), seconds);
  return port.failed() == 0;
}

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) || device::is_out_of_memory(error)) return true;
  // LibTorch's CPU allocator throws LibTorch's general error type.
  return std::string_view(error.what()).find("DefaultCPUAllocator") != std::string_view::npos;
}

}  // namespace espalier::trainer
