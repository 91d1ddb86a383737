"""`espalier watch` beside a running study: a line for each end of a run where there is no terminal, a frame redrawn in place and cut to
its width on one; it ends with the study and its exit code."""
import os
import pty
import re
import struct
import subprocess
import fcntl
import tempfile
import termios
import unittest
from pathlib import Path

from launches import BIN, Launch
from looking import Looking


class Watch(Looking):
    def test_a_pipe_gets_a_line_for_each_end_of_a_run_and_the_exit_code_of_the_study(self):
        with tempfile.TemporaryDirectory() as folder:
            launch = Launch(folder, "out", epochs=2).start()
            launch.wait_for(lambda: (launch.out / "journal").is_dir() and launch.records(4), "runs")
            done = subprocess.run([BIN / "espalier", "status", launch.out, "--follow"], capture_output=True, text=True, timeout=240)
            self.assertEqual((launch.wait(), done.returncode, done.stderr), (0, 0, ""))
            lines = done.stdout.splitlines()
            self.assertNotIn("\x1b", done.stdout)
            bars = [line for line in lines if line.startswith("[")]
            self.assertRegex(bars[0], r"^\[[#-]{24}\] \d+ %  \d+/\d+ runs")
            self.assertEqual(len(bars), len(set(bars)))
            self.assertRegex(bars[-1], r"^\[#{24}\] 100 %  (\d+)/\1 runs")
            best = [line for line in lines if line.startswith("best so far, ")]
            self.assertEqual([re.search(r", (\d+) a class", line)[1] for line in best], ["2", "8"])

            again = self.call("watch", launch.out)
            self.assertEqual(again.returncode, 0)
            self.assertEqual(again.stdout.splitlines()[0], "ended: all done")

    def test_a_terminal_gets_a_frame_in_place_cut_to_its_width(self):
        with tempfile.TemporaryDirectory() as folder:
            launch = Launch(folder, "out", epochs=3).start()
            launch.wait_for(lambda: (launch.out / "journal").is_dir() and launch.records(4), "runs")
            leader, follower = pty.openpty()
            fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 40, 0, 0))
            watching = subprocess.Popen([BIN / "espalier", "watch", launch.out], stdout=follower, stderr=follower, stdin=follower)
            os.close(follower)
            text = b""
            while True:
                try:
                    text += os.read(leader, 4096)
                except OSError:  # the other side is closed
                    break
            os.close(leader)
            self.assertEqual((watching.wait(), launch.wait()), (0, 0))
            frames = re.split(r"\x1b\[\d+A\r\x1b\[J", text.decode())
            self.assertGreater(len(frames), 1)
            self.assertTrue(any("worker 1" in frame for frame in frames))
            for line in "\n".join(frames).replace("\r", "").split("\n"):
                self.assertLess(len(line), 40, line)
            self.assertIn("…", text.decode())

    def test_a_study_that_nothing_works_on_ends_it_at_once(self):
        self.golden(16)
        done = self.call("watch", self.out)
        self.assertEqual(done.returncode, 75)
        self.assertIn("nothing works on", done.stderr)
        self.assertIn("runs", done.stdout)
        self.assert_refused("watch", Path(self.out, "none"), because="holds no results")
        self.assert_refused("status", self.out, "--follow", "--json", because="--follow")


if __name__ == "__main__":
    unittest.main()
