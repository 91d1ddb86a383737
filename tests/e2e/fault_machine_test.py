"""What goes wrong with a machine while work is in hand: too few descriptors, a disk that fails, too little memory, a folder in
a network's place. Nothing of it is charged, and the study ends with the bits of an undisturbed run."""
import os
import resource
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from launches import Launch

MEMORY = Path("/sys/fs/cgroup/memory")  # the first version's; the second's has no files for processes below a limited group
FAILING_DISK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first time that a trainer opens a network of OUT to read it, the disk fails. */
static int fails(const char* file, int flags) {
  char path[4096];
  const char* left = getenv("DISK_FAILS");
  if (!left || (flags & O_ACCMODE) != O_RDONLY || !strstr(file, "/artifacts/")) return 0;
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strstr(path, "espalier-trainer") != NULL && unlink(left) == 0;
}

#define OPENS(name)                                             \
  int name(const char* file, int flags, ...) {                  \
    va_list more;                                               \
    va_start(more, flags);                                      \
    const int mode = va_arg(more, int);                         \
    va_end(more);                                               \
    if (fails(file, flags)) {                                   \
      errno = EIO;                                              \
      return -1;                                                \
    }                                                           \
    int (*real)(const char*, int, ...) = dlsym(RTLD_NEXT, #name); \
    return real(file, flags, mode);                             \
  }
OPENS(open)
OPENS(open64)
"""


class Machine(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.undisturbed = Launch(cls.folder.name, "undisturbed")
        assert cls.undisturbed.finish() == 0, cls.undisturbed.said()
        cls.expected = cls.undisturbed.metrics()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check_nothing_charged(self, launch):
        lost = launch.records(10)
        self.assertTrue(lost, launch.said())
        self.assertFalse(any(record.get(8, [0])[0] for record in lost), "a loss was charged")
        counts = launch.status()["tasks"]
        self.assertEqual({counts.get(state, 0) for state in ("failed", "quarantined", "aborted")}, {0}, launch.said())

    def check_it_goes_on(self, launch):
        self.assertEqual(launch.finish(), 0, launch.said())
        self.assertEqual(launch.metrics(), self.expected)

    def test_processes_that_may_open_no_more_files(self):
        launch = Launch(self.folder.name, "files").start()
        launch.wait_for_rows(2)
        for pid in launch.find("agent") + launch.find("trainer"):
            hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)[1]
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (len(os.listdir(f"/proc/{pid}/fd")), hard))

        self.assertEqual(launch.wait(), 77, launch.said())

        self.assertRegex(launch.said(), "Too many open files|may open no more files")
        self.check_nothing_charged(launch)
        self.check_it_goes_on(launch)

    def test_a_disk_that_fails_while_networks_are_read(self):
        source, library = Path(self.folder.name, "failing.c"), Path(self.folder.name, "failing.so")
        source.write_text(FAILING_DISK)
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        token = Path(self.folder.name, "fails-once")
        token.touch()
        launch = Launch(self.folder.name, "disk", environment={"LD_PRELOAD": str(library), "DISK_FAILS": str(token)})

        self.assertEqual(launch.finish(), 0, launch.said())

        self.assertFalse(token.exists(), "the disk did not fail")
        self.check_nothing_charged(launch)
        self.assertEqual(launch.metrics(), self.expected)

    def test_a_folder_in_the_place_of_a_network(self):
        launch = Launch(self.folder.name, "folder").start()
        launch.wait_for(lambda: any(record[3] == [1] for record in launch.records(8)), "a finished network")
        launch.process.send_signal(signal.SIGINT)
        self.assertEqual(launch.wait(), 75, launch.said())
        networks = sorted((launch.out / "artifacts").glob("*.safetensors"))
        for file in networks:
            file.unlink()
            file.mkdir()
            (file / "note.txt").write_text("mine")

        self.check_it_goes_on(launch)

        notes = [note.read_text() for note in (launch.out / "artifacts").glob("**/note.txt")]
        self.assertEqual(notes, ["mine"] * len(networks))
        self.assertIn("set aside", launch.said())

    @unittest.skipUnless(os.access(MEMORY, os.W_OK), "NOT RUN: no memory control group can be made here")
    def test_processes_that_the_kernel_kills_for_memory(self):
        own = next(line.split(":", 2)[2] for line in Path("/proc/self/cgroup").read_text().splitlines() if ":memory:" in line)
        group = MEMORY / own.lstrip("/") / f"espalier-test-{os.getpid()}"
        group.mkdir()
        self.addCleanup(group.rmdir)
        (group / "memory.limit_in_bytes").write_text(str(self.too_little()))
        launch = Launch(self.folder.name, "memory")
        launch.command = ["sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh", *launch.command]

        self.assertEqual(launch.finish(), 77, launch.said())

        self.check_nothing_charged(launch)
        self.assertRegex(launch.said(), "memory")
        (group / "memory.limit_in_bytes").write_text(str(16 << 30))
        self.check_it_goes_on(launch)

    def too_little(self):
        """Enough for all but a trainer that works: 8 MiB below what one takes of its own while it trains."""
        launch = Launch(self.folder.name, "measured").start()
        launch.wait_for_rows(1)
        peak = {}
        for kind in ("supervisor", "mpirun", "rank0", "agent", "trainer"):
            for pid in launch.find(kind):
                status = Path(f"/proc/{pid}/status").read_text()
                peak.setdefault(kind, []).append(int(next(line for line in status.splitlines() if "RssAnon" in line).split()[1]))
        launch.process.send_signal(signal.SIGINT)
        launch.wait()
        others = sum(sum(values) for kind, values in peak.items() if kind != "trainer")
        return (others + max(peak["trainer"]) - 8192) * 1024


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
