// A library that is loaded into srun alone, so that SIGTERM does not make it kill the ranks that are saving.
//
// `scancel`, `scontrol requeue` and preemption send SIGTERM to every process of a job, then wait (KillWait, 30 s by
// default) and kill. Ranks use that time to save. srun would not: on SIGTERM it kills its step at once. It takes its
// signals by sigwait, so that neither a mask nor an ignored signal keeps it from seeing this one. SIGQUIT does what
// SIGTERM did; the supervisor sends it.
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

namespace {

/// What srun hands on must not be loaded into the ranks: this library's name stands first in LD_PRELOAD.
__attribute__((constructor)) void leave_environment() {
  const char* loaded = getenv("LD_PRELOAD");
  if (!loaded) return;
  const char* rest = strchr(loaded, ':');
  if (rest) setenv("LD_PRELOAD", rest + 1, 1);
  else unsetenv("LD_PRELOAD");
}

}  // namespace

extern "C" int sigwait(const sigset_t* set, int* signal) {
  using Sigwait = int (*)(const sigset_t*, int*);
  static const auto real = reinterpret_cast<Sigwait>(dlsym(RTLD_NEXT, "sigwait"));
  sigset_t others = *set;
  sigdelset(&others, SIGTERM);
  return real(&others, signal);
}
