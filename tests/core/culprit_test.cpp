// One line for each line of the table of culprits.
#include "espalier/core/culprit.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <set>
#include <utility>

#include "espalier/core/errors.hpp"

using namespace espalier;

namespace {

struct Line {
  Evidence evidence;
  int number;
  Culprit culprit;
};

constexpr Line kLines[] = {
    {Evidence::error, EIO, Culprit::machine},          {Evidence::error, EMFILE, Culprit::machine},
    {Evidence::error, ENFILE, Culprit::machine},       {Evidence::error, ENOMEM, Culprit::machine},
    {Evidence::error, EAGAIN, Culprit::machine},       {Evidence::error, ENOSPC, Culprit::machine},
    {Evidence::error, EDQUOT, Culprit::machine},       {Evidence::error, EFBIG, Culprit::machine},
    {Evidence::error, EROFS, Culprit::machine},        {Evidence::error, EBUSY, Culprit::machine},
    {Evidence::error, ESTALE, Culprit::machine},       {Evidence::error, ENOLCK, Culprit::machine},
    {Evidence::error, ENODEV, Culprit::machine},       {Evidence::error, ENXIO, Culprit::machine},
    {Evidence::error, ETIMEDOUT, Culprit::machine},    {Evidence::error, EHOSTDOWN, Culprit::machine},
    {Evidence::error, EHOSTUNREACH, Culprit::machine}, {Evidence::error, ENOTCONN, Culprit::machine},
    {Evidence::error, ECONNREFUSED, Culprit::machine}, {Evidence::error, ECONNABORTED, Culprit::machine},
    {Evidence::error, ENETDOWN, Culprit::machine},     {Evidence::error, ENETUNREACH, Culprit::machine},
    {Evidence::error, ESHUTDOWN, Culprit::machine},    {Evidence::error, EUCLEAN, Culprit::machine},
    {Evidence::error, EBADMSG, Culprit::machine},      {Evidence::error, EREMOTEIO, Culprit::machine},
    {Evidence::error, ENODATA, Culprit::machine},      {Evidence::error, ENOBUFS, Culprit::machine},
    {Evidence::error, EPROTO, Culprit::machine},       {Evidence::error, ENONET, Culprit::machine},
    {Evidence::error, EINTR, Culprit::machine},        {Evidence::error, ECONNRESET, Culprit::machine},
    {Evidence::error, ENOENT, Culprit::task},          {Evidence::error, ENOTDIR, Culprit::task},
    {Evidence::error, EISDIR, Culprit::task},          {Evidence::error, ELOOP, Culprit::task},
    {Evidence::error, ENAMETOOLONG, Culprit::task},    {Evidence::error, EACCES, Culprit::task},
    {Evidence::error, EPERM, Culprit::task},           {Evidence::memory_kill, 0, Culprit::machine},
    {Evidence::silence, 'T', Culprit::machine},        {Evidence::silence, 'D', Culprit::machine},
    {Evidence::silence, 0, Culprit::unknown},          {Evidence::signal, SIGXFSZ, Culprit::machine},
    {Evidence::signal, SIGXCPU, Culprit::machine},     {Evidence::signal, SIGBUS, Culprit::machine},
    {Evidence::signal, SIGPWR, Culprit::machine},      {Evidence::signal, SIGKILL, Culprit::unknown},
    {Evidence::signal, SIGTERM, Culprit::unknown},     {Evidence::signal, SIGSEGV, Culprit::unknown},
    {Evidence::signal, SIGABRT, Culprit::unknown},     {Evidence::signal, SIGILL, Culprit::unknown},
    {Evidence::signal, SIGFPE, Culprit::unknown},      {Evidence::exit_code, 3, Culprit::machine},
    {Evidence::exit_code, 77, Culprit::machine},       {Evidence::exit_code, 126, Culprit::machine},
    {Evidence::exit_code, 127, Culprit::machine},      {Evidence::exit_code, 0, Culprit::unknown},
    {Evidence::exit_code, 1, Culprit::unknown},        {Evidence::exit_code, 2, Culprit::unknown},
    {Evidence::exit_code, 70, Culprit::unknown},
};

}  // namespace

TEST_CASE("culprit: every line of the table says whose fault it is, whether it is charged, and something to people") {
  std::set<std::pair<Evidence, int>> tested;
  for (const Line& line : kLines) {
    CAPTURE(static_cast<int>(line.evidence), line.number);
    const CulpritRow row = judge(line.evidence, line.number);
    CHECK(row.culprit == line.culprit);
    CHECK(is_charged(row.culprit) == (line.culprit != Culprit::machine));
    CHECK(row.said[0] != '\0');
    tested.insert({line.evidence, line.number});
  }
  for (const CulpritRow& row : culprit_table()) CHECK(tested.contains({row.evidence, row.number}));
  CHECK(tested.size() == culprit_table().size());  // no line stands twice
}

TEST_CASE("culprit: what the table does not list is unknown and charged") {
  CHECK(judge(Evidence::signal, SIGUSR1).culprit == Culprit::unknown);
  CHECK(judge(Evidence::exit_code, 42).culprit == Culprit::unknown);
  CHECK(judge(Evidence::error, 0).culprit == Culprit::unknown);
  CHECK(is_charged(Culprit::unknown));
}

TEST_CASE("culprit: of a process the kernel's word comes before the signal, and silence before all") {
  CHECK(judge(ProcessEnd{SIGKILL, 137, false, true}).evidence == Evidence::memory_kill);
  CHECK(judge(ProcessEnd{SIGKILL, 137, false, false}).culprit == Culprit::unknown);
  CHECK(judge(ProcessEnd{SIGSEGV, 139, false, true}).evidence == Evidence::signal);  // the kernel kills by SIGKILL only
  CHECK(judge(ProcessEnd{SIGKILL, 137, true, false}).evidence == Evidence::silence);
  CHECK(judge(ProcessEnd{0, 77, false, false}).culprit == Culprit::machine);
}

TEST_CASE("culprit: who was silent because it was stopped or waited for a disk is not charged, any other is") {
  for (const char held : {'T', 'D'})
    CHECK_FALSE(is_charged(judge(ProcessEnd{SIGKILL, 137, true, false, held}).culprit));
  for (const char state : {'R', 'S', 'Z', '\0'}) {
    const CulpritRow row = judge(ProcessEnd{SIGKILL, 137, true, false, state});
    CHECK(row.evidence == Evidence::silence);
    CHECK(is_charged(row.culprit));
  }
  CHECK(judge(ProcessEnd{SIGKILL, 137, false, false, 'T'}).evidence == Evidence::signal);  // killed by another
}
