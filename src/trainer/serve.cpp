#include "espalier/trainer/serve.hpp"

#include <c10/util/Exception.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <new>
#include <string_view>

#include "espalier/core/errors.hpp"
#include "espalier/process/launch.hpp"
#include "espalier/train/numeric_form.hpp"
#include "espalier/trainer/bundle_port.hpp"
#include "espalier/trainer/socket_port.hpp"
#include "espalier/trainer/trainer.hpp"

namespace espalier::trainer {

namespace {

void run(Port& port) {
  train::start_deterministic();
  Trainer(port, Fault::from_environment()).run();
}

}  // namespace

void serve_agent(int socket) {
  process::die_with_parent();
  for (const int signal : {SIGTERM, SIGINT, SIGUSR2}) std::signal(signal, SIG_IGN);
  SocketPort port{process::FrameSocket(process::Descriptor(socket))};
  run(port);
}

void execute_bundles(const std::filesystem::path& bundles, const std::string& out) {
  std::ofstream file;
  if (!out.empty()) {
    file.open(out, std::ios::binary | std::ios::trunc);
    if (!file) throw EnvironmentError("cannot write " + out, "the file cannot be opened", "");
  }
  BundlePort port(bundles, out.empty() ? std::cout : file);
  run(port);
}

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const c10::OutOfMemoryError*>(&error)) return true;
  // LibTorch's CPU allocator throws its general error.
  return std::string_view(error.what()).find("DefaultCPUAllocator") != std::string_view::npos;
}

}  // namespace espalier::trainer
