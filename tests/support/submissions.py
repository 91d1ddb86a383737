"""A folder with a study, a site's profile, and stand-ins for sbatch, squeue and scontrol, which note what they were asked."""
import os
import pathlib
import subprocess
import tempfile
import unittest

import launches

BIN = launches.BIN
STAND_INS = {
    "sbatch": 'echo "$@" >>"$SAID/sbatch"; echo "${ESPALIER_JOB-} ${ESPALIER_STARTS-} ${SLURM_RESTART_COUNT-}" >>"$SAID/starts"; cat "${@: -1}" >"$SAID/script"; echo "${SBATCH_SAYS-77;main}"',
    "squeue": '[[ -z ${SQUEUE_FAILS-} ]] || { echo "squeue: error: no answer" >&2; exit 1; }; echo asked >>"$SAID/squeue"; cat "$SAID/queue"',
    # Slurm ends the script of a job that it requeues.
    "scontrol": """case $1 in requeue) echo "$@" >>"$SAID/scontrol"; kill -TERM "$PPID";; *) cat "$SAID/job";; esac""",
}
PATIENCE_S = 60


class Submission(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.out = self.folder / "my results"
        self.study = self.folder / "it's a study.toml"
        self.study.write_text(launches.STUDY.format(epochs=6))
        (self.folder / "queue").write_text("")
        (self.folder / "job").write_text("JobId=77 JobState=RUNNING Restarts=0 PreemptTime=2026-11-26T10:51:48\n")
        (self.folder / "bin").mkdir()
        for name, body in STAND_INS.items():
            self.stand_in(name, body)
        (self.folder / "site.toml").write_text("[nodes]\nmost = 2\ndevices = 2\n[slurm]\nlauncher = \"mpirun\"\nmost_time = \"10:00\"\ntime = \"5\"\n")
        self.environment = {**os.environ, "SAID": str(self.folder), "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                            "ESPALIER_CACHE": str(self.folder / "cache")}

    def stand_in(self, name, body):
        (self.folder / "bin" / name).write_text("#!/bin/bash\n" + body + "\n")
        (self.folder / "bin" / name).chmod(0o755)

    def espalier(self, *words, **more):
        return subprocess.run([BIN / "espalier", *map(str, words)], capture_output=True, text=True,
                              env={**self.environment, **more})

    def submit(self, *words, **more):
        return self.espalier("submit", self.study, "--out", self.out, "--site", self.folder / "site.toml", *words, **more)

    def said(self, name):
        file = self.folder / name
        return file.read_text() if file.exists() else ""
