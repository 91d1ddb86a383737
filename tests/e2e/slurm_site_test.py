"""espalier site init and check on a real Slurm of two nodes: the profile that init writes serves submit, check finds all well, and faults
that are made here are named: a folder that one node sees, a foreign mpirun, fewer cores than asked for."""
import re
import subprocess

import launches
import slurm
import slurm_case

KINDS = {"job", "mpi", "ranks", "build", "clock", "devices", "folder", "fsync", "flock", "rename", "warning", "step"}


class SlurmSite(slurm_case.SlurmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site = cls.folder / "found.toml"
        cls.made = cls.site_verb("init", "--out", cls.site)

    @classmethod
    def site_verb(cls, *words):
        return subprocess.run([slurm_case.ESPALIER, "site", *map(str, words)], capture_output=True, text=True,
                              env=cls.cluster.environment, cwd=cls.folder)

    def findings(self, done):
        """{kind: (ok, what is said)}"""
        lines = re.findall(r"^(ok|not ok) +(\w+) +(.*)$", done.stdout, re.MULTILINE)
        return {kind: (state == "ok", said) for state, kind, said in lines}

    def check(self, *words, site=None):
        done = self.site_verb("check", "--site", site or self.site, "--out", self.folder / self._testMethodName, *words)
        return done, self.findings(done)

    def faults(self, found):
        return {kind: said for kind, (is_ok, said) in found.items() if not is_ok}

    def site_with(self, text, slurm=""):
        """The profile of init with some more lines: of a table that has no values there, and of another."""
        file = self.folder / f"{self._testMethodName}.toml"
        file.write_text(self.site.read_text().replace("[environment]\n", f"[environment]\n{text}\n")
                        .replace("[slurm]\n", f"[slurm]\n{slurm}\n"))
        return file

    def test_init_writes_a_profile_that_submit_takes(self):
        self.assertEqual(self.made.returncode, 0, self.made.stderr)
        self.assertRegex(self.site.read_text(), r'(?m)^partition += "low"')
        again = self.site_verb("init", "--out", self.site)
        self.assertEqual(again.returncode, 2)
        self.assertIn("is there already", again.stderr)
        study = self.folder / "study.toml"
        study.write_text(launches.STUDY.format(epochs=1))
        done = self.espalier("submit", study, "--out", self.folder / "never", "--site", self.site, "--nodes", 2, "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in ("#SBATCH --partition=low", "#SBATCH --nodes=2", "#SBATCH --cpus-per-task=2"):
            self.assertIn(line + "\n", done.stdout)
        high = self.site_verb("init", "--partition", "high")
        self.assertRegex(high.stdout, r'(?m)^partition += "high"')

    def test_check_finds_all_well_and_leaves_nothing(self):
        done, found = self.check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(set(found), KINDS)
        self.assertEqual(self.faults(found), {})
        self.assertEqual(found["ranks"][1], "n1 (2), n2 (2)")
        self.assertEqual(list((self.folder / self._testMethodName).iterdir()), [])

    @slurm.long
    def test_a_folder_that_one_node_sees(self):
        local = self.cluster.folder / "local"    # each node has its own there
        text = self.cluster.tell("on", "n1", "sh", "-c", '"$@"; echo "code $?"', "sh", slurm_case.ESPALIER, "site", "check", "--site",
                                 self.site, "--out", local, "--", "--nodelist=n[1-2]")
        self.assertIn("code 1\n", text)
        found = self.findings(subprocess.CompletedProcess([], 1, text))
        self.assertEqual(set(self.faults(found)), {"folder", "fsync"}, text)
        self.assertIn("n2 did not see what n1 wrote", found["folder"][1])

    @slurm.long
    def test_a_folder_that_no_node_sees(self):
        done = self.site_verb("check", "--site", self.site, "--out", self.cluster.folder / "local" / "here")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(set(self.findings(done)), {"job"})
        self.assertIn("left no report", done.stdout)

    @slurm.long
    def test_a_foreign_mpirun(self):
        other = self.folder / "other-mpi"
        other.mkdir()
        (other / "mpirun").write_text("#!/bin/sh\necho 'Intel(R) MPI Library for Linux* OS, Version 2021.9'\n")
        (other / "mpirun").chmod(0o755)
        (other / "setup.sh").write_text(f"PATH={other}:$PATH\n")
        done, found = self.check("--nodes", 1, site=self.site_with(f'script = "{other}/setup.sh"', slurm='launcher = "mpirun"'))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(set(self.faults(found)), {"mpi", "ranks"}, done.stdout)
        self.assertIn(f"{other}/mpirun, is another MPI's (Intel(R) MPI", found["mpi"][1])


if __name__ == "__main__":
    slurm.main()
