// Starts mpirun in a session of its own with the options and environment our ranks need.
#include "runtime/launch/mpirun.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>

#include "espalier/core/errors.hpp"
#include "espalier/os/host.hpp"
#include "espalier/os/regular_file.hpp"

namespace espalier::runtime {

using os::Descriptor;

namespace {

Descriptor open_or_throw(const char* path, int flags) {
  Descriptor file(open(path, flags | O_CLOEXEC, 0644));
  if (!file) throw EnvironmentError(std::string("cannot open '") + path + "'", std::strerror(errno), "");
  return file;
}

std::vector<std::string> command_of(const MpirunOptions& options) {
  std::vector<std::string> argv = {"mpirun",          "--bind-to", "none",
                                   "--oversubscribe", "-n",        std::to_string(options.ranks)};
  // By itself mpirun fills one node after the other, and a batch job may have said that each has one slot.
  if (os::nodes_of_job() > 1) argv.insert(argv.end(), {"--map-by", "node"});
  argv.insert(argv.end(), options.rank_command.begin(), options.rank_command.end());
  return argv;
}

/// Allows root, which is usual in containers; avoids single-copy transfers, which need ptrace; makes idle ranks yield.
std::vector<std::string> environment_of(const MpirunOptions& options) {
  std::vector<std::string> environment = {
      "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "OMPI_MCA_btl_vader_single_copy_mechanism=none",
      "OMPI_MCA_mpi_yield_when_idle=1", "OMP_NUM_THREADS=" + std::to_string(options.threads)};
  environment.emplace_back("SLURM_EXPORT_ENV=ALL");  // else `sbatch --export=NONE` leaves mpirun's helpers without PATH
  if (!options.session_folder.empty()) {
    environment.push_back("OMPI_MCA_orte_tmpdir_base=" + options.session_folder.string());
  }
  if (!options.shared_memory.empty()) {
    environment.push_back("OMPI_MCA_btl_vader_backing_directory=" + options.shared_memory.string());
  }
  return environment;
}

}  // namespace

Mpirun::Mpirun(const MpirunOptions& options) {
  log_ = os::open_regular(options.log, O_WRONLY | O_CREAT | O_APPEND);
  const Descriptor nothing = open_or_throw("/dev/null", O_RDONLY);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw EnvironmentError("cannot make a pipe", std::strerror(errno), "");
  output_ = Descriptor(ends[0]);
  const Descriptor theirs(ends[1]);
  fcntl(output_.get(), F_SETFL, O_NONBLOCK);

  process::ProcessOptions launching;
  launching.argv = command_of(options);
  launching.environment = environment_of(options);
  launching.descriptors = {{nothing.get(), 0}, {theirs.get(), 1}, {theirs.get(), 2}};
  launching.own_session = true;
  launching.death_signal = SIGKILL;
  process_ = process::launch(launching);
}

Mpirun::~Mpirun() {
  if (process_ <= 0) return;
  signal(SIGKILL);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Mpirun::signal(int number) noexcept {
  if (process_ > 0) kill(process_, number);
}

std::optional<process::Exit> Mpirun::reap() {
  int status = 0;
  if (process_ <= 0 || waitpid(process_, &status, WNOHANG) != process_) return std::nullopt;
  process_ = 0;
  return process::exit_of(status);
}

LaunchWords Mpirun::words() const {
  auto words = words_.words();
  words.mpirun_stopped = process_ > 0 && process::is_stopped(process_);
  words.last_line = last_lines_.most_telling();
  return words;
}

std::vector<std::string> Mpirun::read_lines() {
  std::vector<std::string> lines;
  char buffer[16384];
  for (;;) {
    const auto got = read(output_.get(), buffer, sizeof buffer);
    if (got <= 0) {
      if (got == 0) output_.close();
      return lines;
    }
    const std::string text = words_.take({buffer, static_cast<std::size_t>(got)});
    // Errors are ignored: a full disk must not stop the study, which needs the journal but not this log.
    [[maybe_unused]] const auto logged = write(log_.get(), text.data(), text.size());
    line_ += text;
    for (std::size_t end; (end = line_.find('\n')) != std::string::npos; line_.erase(0, end + 1)) {
      last_lines_.add(line_.substr(0, end));
      if (line_.starts_with("espalier: ")) lines.push_back(line_.substr(0, end));
    }
  }
}

}  // namespace espalier::runtime
