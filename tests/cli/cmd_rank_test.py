"""`espalier run` resolves a study once and hands it over in OUT/launch; `espalier rank` reads that file and nothing else."""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from launches import BIN, Launch

STAND_IN = """#!/bin/sh
echo "$@" >> {log}
exec {trainer} "$@"
"""


def rank(file):
    """Rank 0 by hand, without mpirun: its exit code and what it says."""
    done = subprocess.run([BIN / "espalier", "rank", file], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"})
    return done.returncode, done.stderr


class RankVerb(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def stand_in(self):
        """A trainer that writes down how it is started, and the file it writes to."""
        log, program = self.folder / "started", self.folder / "espalier-trainer"
        program.write_text(STAND_IN.format(log=log, trainer=BIN / "espalier-trainer"))
        program.chmod(0o755)
        return program, log

    def test_images_are_resolved_once_though_a_launch_is_started_again(self):
        program, log = self.stand_in()
        launch = Launch(self.folder, "once", epochs=20, environment={"ESPALIER_TRAINER": str(program)})
        launch.start()
        launch.wait_for_rows(3)
        launch.study.write_text("no study any more")

        launch.kill("rank0")

        self.assertEqual(launch.wait(), 0, launch.said())
        self.assertEqual(len(launch.segments()), 2)
        started = log.read_text().splitlines()
        self.assertEqual(started[0], "data resolve")
        self.assertEqual({line.split()[0] for line in started[1:]}, {"--socket"})

    def test_a_launch_file_that_cannot_be_read_is_refused_with_what_to_do(self):
        launch = Launch(self.folder, "refused", epochs=1)
        self.assertEqual(launch.finish("--smoke"), 0, launch.said())
        file = launch.out / "smoke" / "launch"
        whole = file.read_bytes()

        file.write_bytes(whole[:4] + b"\x7f" + whole[5:])
        newer = rank(file)
        file.write_bytes(whole[:-1])
        damaged = rank(file)
        file.unlink()
        missing = rank(file)

        for (code, said), expected, part in ((newer, 2, "has version 127"), (damaged, 77, "is damaged"),
                                             (missing, 77, "is not there")):
            self.assertEqual(code, expected, said)
            self.assertIn(part, said)
            self.assertIn("espalier run", said)
        self.assertFalse((launch.out / "smoke" / "journal" / "000002.log").exists())


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False).result.wasSuccessful() else 1)
