"""What submit hands on to the run of its job, and what it refuses beforehand."""
import shlex
import unittest

import launches
import submissions


class Options(submissions.Submission):
    def test_an_out_that_a_launch_would_refuse_is_refused_before_slurm_is_asked(self):
        self.study.write_text(launches.STUDY.format(epochs=1))
        ran = self.espalier("run", self.study, "--out", self.out, "--only", "experiment == 'transferred'")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.study.write_text(self.study.read_text().replace('name = "fault-test"', 'name = "another"'))
        done = self.submit()
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("holds the study", done.stderr)
        self.assertEqual(self.said("sbatch"), "")
        done = self.submit("--replace-study")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_damaged_journal_is_refused_unless_its_loss_is_accepted(self):
        self.study.write_text(launches.STUDY.format(epochs=1))
        ran = self.espalier("run", self.study, "--out", self.out, "--only", "experiment == 'transferred'")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        journal = self.out / "journal" / "000001.log"
        content = bytearray(journal.read_bytes())
        content[len(content) // 2] ^= 1
        journal.write_bytes(content)
        done = self.submit()
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(self.said("sbatch"), "")
        done = self.submit("--accept-loss")
        self.assertEqual(done.returncode, 0, done.stderr)

    def commands(self, text):
        """The words of the commands that begin the processes of a study, one for each script."""
        return [shlex.split(line) for line in text.splitlines() if "--launcher" in line]

    def test_options_of_run_are_handed_on(self):
        words = ["--only", "experiment == 'transferred'", "--threads", "3", "--device", "cpu", "--checkpoint-s", "2.5",
                 "--max-fails", "2", "--without", "stages,features", "--feature-memory", "1024", "--take-over", "--new-form",
                 "--accept-loss", "--replace-study"]
        changed = ["--set", "study.seed=4"]
        shown = self.submit("--dry-run", *words, *changed)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        command, = self.commands(shown.stdout)
        start = command.index("--launcher")
        self.assertEqual(command[start - len(words):start], words)
        self.assertEqual(command[1:start - len(words)], ["run", str(self.study), "--out", str(self.out), *changed])
        self.assertIn("\nthese runs: about", shown.stderr)
        shards = self.submit("--dry-run", "--shards", 2, *words, *changed)
        self.assertEqual(shards.returncode, 0, shards.stderr)
        for command in self.commands(shards.stdout):
            start = command.index("--only")
            self.assertEqual(command[start:start + len(words)], words)
        self.assertEqual(len(self.commands(shards.stdout)), 3)
        self.assertIn("--set study.seed=4 --threads 3 --out ", shards.stdout, "calibrate")

    def test_a_new_directory_is_begun_with_the_cores_of_a_device(self):
        site = self.folder / "site.toml"
        site.write_text(site.read_text().replace("devices = 2\n", "devices = 2\ncores_per_device = 2\n"))
        shown = self.submit("--dry-run")
        self.assertIn(" --threads 2 --launcher", shown.stdout)
        self.assertIn("\nthe whole study: about", shown.stderr)
        self.assertEqual(self.submit("--dry-run", "--shards", 2).stdout.count("--threads 2 "), 4)
        self.study.write_text(launches.STUDY.format(epochs=1))
        ran = self.espalier("run", self.study, "--out", self.out, "--threads", 1, "--workers", 2,
                            "--only", "experiment == 'transferred'")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertNotIn("--threads", self.submit("--dry-run").stdout, "the directory remembers them")
        self.assertEqual(self.submit("--dry-run", "--shards", 2).stdout.count("--threads 1 "), 4, "as OUT has them")
        gpus = self.folder / "gpus.toml"
        gpus.write_text(site.read_text().replace("devices = 2\n", 'devices = 2\ngres = "gpu:2"\n'))
        shown = self.espalier("submit", self.study, "--out", self.folder / "new", "--site", gpus, "--dry-run")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertNotIn("--threads", shown.stdout)

    def test_a_comment_would_hide_the_job(self):
        for words in (("--comment=mine",), ("--comment", "mine"), ("--comm=mine",)):
            done = self.submit("--", *words)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"'{words[0]}' behind -- is not allowed", done.stderr)
        with open(self.folder / "site.toml", "a") as site:
            site.write('options = ["--comment mine"]\n')
        done = self.submit()
        self.assertEqual(done.returncode, 2)
        self.assertIn("'--comment mine' in slurm.options of the site 'site' is not allowed", done.stderr)
        self.assertEqual(self.said("sbatch") + self.said("squeue"), "")


if __name__ == "__main__":
    unittest.main()
