"""espalier site init and check with stand-ins for Slurm's commands: what is asked, written, tried, told and left behind.
A real Slurm: tests/e2e/slurm_site_test.py."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import launches

BIN = launches.BIN
SINFO = """cpu*|up|1-00:00:00|1:00:00|1-infinite|100|128|2|256000|(null)|(null)
gpu|up|2-00:00:00|n/a|1-6|8|64|1|500000|gpu:a100:4(S:0-1)|a100,ib
"""
CONFIG = """Configuration data as of 2026-11-26T10:04:49
ClusterName             = hal
JobRequeue              = 1
SelectTypeParameters    = CR_CORE_MEMORY
SLURM_VERSION           = 23.02.1
"""
# sbatch runs the job at once, on one node; scancel signals its script, or the group of its step.
STAND_INS = {
    "sinfo": '[[ -z ${SINFO_FAILS-} ]] || { echo "slurm_load_partitions: no answer" >&2; exit 1; }; cat "$SAID/nodes"',
    "scontrol": '[[ "$*" == "show config" ]] && cat "$SAID/config"',
    "squeue": 'pid=$(cat "$SAID/pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null && echo "77|RUNNING|0:01|1:00|None|x"; exit 0',
    "sbatch": 'cp "${@: -1}" "$SAID/script"; [[ -z ${JOB_IS_LOST-} ]] || { echo 77; exit; }\n'
              'SLURM_JOB_ID=77 SLURM_JOB_NUM_NODES=1 bash "${@: -1}" >"$SAID/output" 2>&1 </dev/null & echo $! >"$SAID/pid"; echo 77',
    "srun": 'echo "$@" >>"$SAID/srun"; while [[ $1 == --* ]]; do shift; done\n'
            'SLURM_STEP_ID=5 setsid "$@" & echo $! >"$SAID/step"; wait',
    "scancel": 'echo "$@" >>"$SAID/scancel"; [[ -z ${SIGNALS_ARE_LOST-} ]] || exit 0\n'
               'case "$*" in *--batch*) kill -USR1 "$(cat "$SAID/pid")";; *77.5) kill -TERM -- "-$(cat "$SAID/step")";; esac',
}
PATIENCE_S = 120


class Site(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "nodes").write_text(SINFO)
        (self.folder / "config").write_text(CONFIG)
        (self.folder / "bin").mkdir()
        for name, body in STAND_INS.items():
            self.stand_in(name, body)
        self.site = self.folder / "site.toml"
        self.site.write_text('[nodes]\nmost = 1\ndevices = 2\n[slurm]\nsignal = "USR1"\nlauncher = "mpirun"\n')
        for launcher in ("OMPI_MCA_", "PMIX_", "SLURM_"):
            for name in [name for name in os.environ if name.startswith(launcher)]:
                del os.environ[name]
        self.environment = {**os.environ, "SAID": str(self.folder), "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}

    def stand_in(self, name, body):
        (self.folder / "bin" / name).write_text("#!/bin/bash\n" + body + "\n")
        (self.folder / "bin" / name).chmod(0o755)

    def espalier(self, *words, **more):
        return subprocess.run([BIN / "espalier", "site", *map(str, words)], capture_output=True, text=True, cwd=self.folder,
                              env={**self.environment, **more}, timeout=PATIENCE_S)

    def said(self, name):
        file = self.folder / name
        return file.read_text() if file.exists() else ""

    def check(self, *words, **more):
        done = self.espalier("check", "--site", self.site, "--out", self.folder / "out", *words, **more)
        lines = re.findall(r"^(ok|not ok) +(\w+) +(.*)$", done.stdout, re.MULTILINE)
        return done, {kind: said for state, kind, said in lines if state != "ok"}

    def test_a_comment_would_hide_the_job_of_a_check(self):
        done, _ = self.check("--", "--comment=mine")
        self.assertEqual(done.returncode, 2)
        self.assertIn("'--comment=mine' behind -- is not allowed", done.stderr)
        self.assertEqual(self.said("script"), "")

    def test_init_prints_what_slurm_tells(self):
        done = self.espalier("init")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("for the cluster 'hal' (Slurm 23.02.1)", done.stdout)
        self.assertRegex(done.stdout, r'(?m)^partition += "cpu"')
        self.assertRegex(done.stdout, r"(?m)^devices += 64 ")
        self.assertRegex(done.stdout, r"(?m)^# account +=")
        gpu = self.espalier("init", "--partition", "gpu").stdout
        self.assertRegex(gpu, r'(?m)^gres += "gpu:a100:4"')
        none = self.espalier("init", "--partition", "gpus")
        self.assertEqual(none.returncode, 2)
        self.assertIn("there is no partition 'gpus'. sinfo shows cpu, gpu.", none.stderr)

    def test_init_writes_a_new_file_only(self):
        file = self.folder / "mine.toml"
        self.assertEqual(self.espalier("init", "--out", file).returncode, 0)
        text = file.read_text()
        again = self.espalier("init", "--out", file, "--partition", "gpu")
        self.assertEqual(again.returncode, 2)
        self.assertIn("is there already", again.stderr)
        self.assertEqual(file.read_text(), text)

    def test_a_slurm_that_does_not_answer_is_told(self):
        done = self.espalier("init", SINFO_FAILS="1")
        self.assertEqual(done.returncode, 77)
        self.assertIn("slurm_load_partitions: no answer", done.stderr)
        (self.folder / "bin" / "squeue").unlink()
        done, _ = self.check(PATH=f"{self.folder}/bin:/nowhere")
        self.assertEqual(done.returncode, 77)
        self.assertFalse((self.folder / "out").exists())

    def test_check_tries_all_and_leaves_nothing(self):
        done, faults = self.check("--", "--exclude=n5")
        self.assertEqual((done.returncode, faults), (0, {}), done.stdout + done.stderr + self.said("output"))
        self.assertEqual(len(done.stdout.splitlines()), 12)
        self.assertRegex(done.stdout, r"(?m)^ok +warning +USR1 reaches the study after")
        self.assertIn("#SBATCH --exclude=n5\n", self.said("script"))
        self.assertIn("#SBATCH --nodes=1\n", self.said("script"))
        self.assertEqual(self.said("scancel"), "--signal=USR1 --batch 77\n--signal=TERM 77.5\n")
        self.assertEqual(list((self.folder / "out").iterdir()), [])

    def test_signals_that_are_lost_and_a_foreign_mpirun_are_named_and_the_files_kept(self):
        self.stand_in("mpirun", 'echo "$@" >>"$SAID/mpirun"; echo "HYDRA build details:"')
        done, faults = self.check(SIGNALS_ARE_LOST="1")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(set(faults), {"mpi", "ranks", "warning", "step"}, done.stdout)
        self.assertIn(f"{self.folder}/bin/mpirun, is another MPI's (HYDRA build details:)", faults["mpi"])
        self.assertEqual(self.said("mpirun"), "--version\n", "it was given ranks to start")
        kept, = (self.folder / "out").iterdir()
        self.assertTrue((kept / "report.json").exists())
        self.assertIn(str(kept), done.stderr)

    def test_a_job_without_a_report_is_told(self):
        done, faults = self.check(JOB_IS_LOST="1")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(set(faults), {"job"})
        self.assertIn("left no report", faults["job"])

    def test_what_the_profile_does_not_allow_is_refused_before_anything_is_written(self):
        done, _ = self.check("--nodes", 2)
        self.assertEqual(done.returncode, 2)
        self.assertIn("2 nodes are more than the 1 of one job", done.stderr)
        self.assertFalse((self.folder / "out").exists())


if __name__ == "__main__":
    unittest.main()
