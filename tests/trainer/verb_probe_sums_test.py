"""probe sums: where there is a GPU one rank's sum is right; elsewhere it is refused, and no id waits for other ranks."""
import os
import pathlib
import subprocess
import tempfile
import unittest

TRAINER = pathlib.Path(os.environ["ESPALIER_BIN"], "espalier-trainer")


def probe(*words):
    return subprocess.run([TRAINER, "probe", "sums", *map(str, words)], capture_output=True, text=True)


class ProbeSums(unittest.TestCase):
    def test_one_rank_sums_right_or_says_why_it_cannot(self):
        with tempfile.TemporaryDirectory() as folder:
            ident = pathlib.Path(folder, "id")
            done = probe("--rank", 0, "--size", 1, "--id", ident)
            if done.returncode == 0:
                self.assertRegex(done.stdout, r"^rank 0: NCCL .+: right\n$")
                return
            self.assertEqual((done.returncode, done.stdout), (77, ""), done)
            self.assertRegex(done.stderr, "there is no GPU here|this trainer cannot use a GPU")
            self.assertFalse(ident.exists())

    def test_it_needs_rank_size_and_id(self):
        for words in ((), ("--rank", 0), ("--rank", 0, "--size", 1)):
            self.assertEqual(probe(*words).returncode, 2, words)


if __name__ == "__main__":
    unittest.main()
