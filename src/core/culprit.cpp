// The table of culprits, and how its lines are found.
#include "espalier/core/culprit.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>

#include "espalier/core/errors.hpp"

namespace espalier {

namespace {

constexpr auto kError = Evidence::error;
constexpr auto kSignal = Evidence::signal;
constexpr auto kExit = Evidence::exit_code;

constexpr int code(ExitCode exit) { return static_cast<int>(exit); }

// Errors of calls on files that nobody but the user named say nothing about the machine. All others may pass.
constexpr CulpritRow kTable[] = {
    {kError, EIO, Culprit::machine, "the disk or its file system fails"},
    {kError, EMFILE, Culprit::machine, "this process may open no more files"},
    {kError, ENFILE, Culprit::machine, "this machine can open no more files"},
    {kError, ENOMEM, Culprit::machine, "this machine has no more memory"},
    {kError, EAGAIN, Culprit::machine, "this machine lacks something for the moment"},
    {kError, ENOSPC, Culprit::machine, "the disk is full"},
    {kError, EDQUOT, Culprit::machine, "the quota on the disk is used up"},
    {kError, EFBIG, Culprit::machine, "the limit on the size of files is reached"},
    {kError, EROFS, Culprit::machine, "the file system can only be read"},
    {kError, EBUSY, Culprit::machine, "something is in use"},
    {kError, ESTALE, Culprit::machine, "the network file system has forgotten a file that is open"},
    {kError, ENOLCK, Culprit::machine, "the file system has no locks left"},
    {kError, ENODEV, Culprit::machine, "a device is gone"},
    {kError, ENXIO, Culprit::machine, "a device is gone"},
    {kError, ETIMEDOUT, Culprit::machine, "the network file system does not answer"},
    {kError, EHOSTDOWN, Culprit::machine, "a host is down"},
    {kError, EHOSTUNREACH, Culprit::machine, "a host cannot be reached"},
    {kError, ENOTCONN, Culprit::machine, "a file system is not connected"},
    {kError, ECONNRESET, Culprit::machine, "a connection was lost"},
    {kError, ECONNREFUSED, Culprit::machine, "a host refuses the connection"},
    {kError, ECONNABORTED, Culprit::machine, "a connection was lost"},
    {kError, ENETDOWN, Culprit::machine, "the network is down"},
    {kError, ENETUNREACH, Culprit::machine, "the network cannot be reached"},
    {kError, ESHUTDOWN, Culprit::machine, "the file system was shut down"},
    {kError, EUCLEAN, Culprit::machine, "the file system is damaged"},
    {kError, EBADMSG, Culprit::machine, "the file system is damaged"},
    {kError, EREMOTEIO, Culprit::machine, "the disk of a file server fails"},
    {kError, ENODATA, Culprit::machine, "the disk has lost a block"},
    {kError, ENOBUFS, Culprit::machine, "this machine has no more memory"},
    {kError, EPROTO, Culprit::machine, "the file server does not follow its protocol"},
    {kError, ENONET, Culprit::machine, "this machine is not on the network"},
    {kError, EINTR, Culprit::machine, "a signal interrupted it"},
    {kError, ENOENT, Culprit::task, "there is no such file"},
    {kError, ENOTDIR, Culprit::task, "part of the path is no folder"},
    {kError, EISDIR, Culprit::task, "it is a folder"},
    {kError, ELOOP, Culprit::task, "its links lead nowhere"},
    {kError, ENAMETOOLONG, Culprit::task, "the name is too long"},
    {kError, EACCES, Culprit::task, "permission is denied"},
    {kError, EPERM, Culprit::task, "it is not permitted"},

    {Evidence::memory_kill, 0, Culprit::machine,
     "the kernel killed it because memory or its control group's was used up"},
    {Evidence::silence, 0, Culprit::unknown, "it gave no sign of life and was killed"},
    {Evidence::silence, 'T', Culprit::machine, "it gave no sign of life and was killed while something had it stopped"},
    {Evidence::silence, 'D', Culprit::machine, "it gave no sign of life and was killed while it waited for a disk"},

    {kSignal, SIGXFSZ, Culprit::machine, "the limit on the size of files is reached"},
    {kSignal, SIGXCPU, Culprit::machine, "the limit on processor time is reached"},
    {kSignal, SIGBUS, Culprit::machine, "a file that was being read shrank or its disk failed"},
    {kSignal, SIGPWR, Culprit::machine, "the power fails"},
    {kSignal, SIGKILL, Culprit::unknown, "something killed it"},
    {kSignal, SIGTERM, Culprit::unknown, "something asked it to end"},
    {kSignal, SIGSEGV, Culprit::unknown, "it crashed"},
    {kSignal, SIGABRT, Culprit::unknown, "it crashed"},
    {kSignal, SIGILL, Culprit::unknown, "it crashed"},
    {kSignal, SIGFPE, Culprit::unknown, "it crashed"},

    {kExit, kOutOfMemoryExit, Culprit::machine, "it ran out of memory"},
    {kExit, code(ExitCode::environment), Culprit::machine, "the machine could not do it"},
    {kExit, 126, Culprit::machine, "the program cannot be run"},
    {kExit, 127, Culprit::machine, "the program or one of its libraries is missing"},
    {kExit, code(ExitCode::done), Culprit::unknown, "it left without a word"},
    {kExit, code(ExitCode::some_failed), Culprit::unknown, "it left without a word"},
    {kExit, code(ExitCode::usage), Culprit::unknown, "it did not understand what it was told"},
    {kExit, code(ExitCode::internal), Culprit::unknown, "it broke a contract of the program"},
};

}  // namespace

std::span<const CulpritRow> culprit_table() { return kTable; }

CulpritRow judge(Evidence evidence, int number) {
  const auto* row = std::find_if(std::begin(kTable), std::end(kTable), [&](const CulpritRow& one) {
    return one.evidence == evidence && one.number == number;
  });
  return row == std::end(kTable) ? CulpritRow{evidence, number, Culprit::unknown, "nothing is known of it"} : *row;
}

CulpritRow judge(const ProcessEnd& end) {
  const bool is_held = end.state == 'T' || end.state == 'D';
  if (end.is_silent) return judge(Evidence::silence, is_held ? end.state : 0);
  if (end.signal == SIGKILL && end.is_memory_killed) return judge(Evidence::memory_kill);
  if (end.signal != 0) return judge(Evidence::signal, end.signal);
  return judge(Evidence::exit_code, end.exit_code);
}

}  // namespace espalier
