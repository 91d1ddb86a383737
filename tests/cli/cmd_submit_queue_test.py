"""submit, status and wait against what squeue says, or does not: one job for a directory, and one question a minute."""
import fcntl
import json
import subprocess
import unittest

import launches
import submissions


class Queue(submissions.Submission):
    def test_status_shows_the_job_and_asks_once_a_minute(self):
        self.submit()
        token = next(line.split("=")[1] for line in self.said("script").splitlines() if "--comment" in line)
        (self.folder / "queue").write_text(f"77|RUNNING|1:05|58:55|None|{token}\n78|RUNNING|1:00|6:00|None|other\n")
        self.study.write_text(self.study.read_text().replace("epochs = 6", "epochs = 1"))
        ran = self.espalier("run", self.study, "--out", self.out, "--workers", 2, "--only", "experiment == 'transferred'")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        before = len(self.said("squeue").splitlines())
        for _ in range(2):
            shown = self.espalier("status", self.out)
            self.assertIn("job 77    RUNNING for 1:05, 58:55 left", shown.stdout)
            self.assertNotIn("job 78", shown.stdout)
        self.assertEqual(len(self.said("squeue").splitlines()), before + 1)
        (self.out / "logs" / "squeue").unlink()
        shown = self.espalier("status", self.out, SQUEUE_FAILS="1")
        self.assertEqual(shown.returncode, 0)
        self.assertIn("Slurm could not be asked", shown.stdout)
        (self.out / "logs" / "squeue").unlink()
        self.assertEqual(json.loads(self.espalier("status", self.out, "--json").stdout)["jobs"][0]["id"], "77")

    def test_a_job_that_waits_is_shown_and_waited_for_before_anything_was_run(self):
        self.submit()
        token = next(line.split("=")[1] for line in self.said("script").splitlines() if "--comment" in line)
        (self.folder / "queue").write_text(f"77|PENDING|0:00|5:00|Priority|{token}\n")
        self.assertIn("job 77    PENDING (Priority)", self.espalier("status", self.out).stdout)
        with self.assertRaises(subprocess.TimeoutExpired):
            subprocess.run([submissions.BIN / "espalier", "wait", self.out], env=self.environment, timeout=3)
        (self.folder / "queue").write_text("")
        (self.out / "logs" / "squeue").unlink()    # as a minute later
        waited = self.espalier("wait", self.out)
        self.assertEqual(waited.returncode, 75)
        self.assertIn("nothing works on", waited.stderr)

    def test_a_slurm_that_does_not_answer_ends_no_wait(self):
        self.submit()
        with self.assertRaises(subprocess.TimeoutExpired) as raised:
            subprocess.run([submissions.BIN / "espalier", "wait", self.out], env={**self.environment, "SQUEUE_FAILS": "1"}, timeout=3,
                           stderr=subprocess.PIPE)
        self.assertIn(b"waiting on", raised.exception.stderr)

    def test_a_slurm_that_fails_is_asked_once_a_minute(self):
        self.submit()
        self.stand_in("squeue", 'echo asked >>"$SAID/failed"; echo "squeue: error: no answer" >&2; exit 1')
        with self.assertRaises(subprocess.TimeoutExpired) as raised:
            subprocess.run([submissions.BIN / "espalier", "wait", self.out], env=self.environment, timeout=5, stderr=subprocess.PIPE)
        self.assertEqual(raised.exception.stderr.count(b"waiting on"), 1)
        self.assertIn("Slurm could not be asked: squeue ended with code 1 (squeue: error: no answer)",
                      self.espalier("status", self.out).stdout)
        self.assertEqual(self.said("failed"), "asked\n")
        self.assertTrue((self.out / "logs" / "squeue").read_text().startswith("trouble: squeue ended with code 1"))

    def test_stop_ends_what_waits_and_what_has_begun_without_a_launch(self):
        self.stand_in("scancel", 'echo "$@" >>"$SAID/scancel"')
        self.submit("--shards", 3)
        token = next(line.split("=")[1] for line in self.said("script").splitlines() if "--comment" in line)
        (self.folder / "queue").write_text(f"77_[3]|PENDING|0:00|5:00|Priority|{token}\n"
                                           f"77_2|RUNNING|0:01|4:59|None|{token}\n78|RUNNING|0:01|4:59|None|other\n")
        stopped = self.espalier("stop", self.out)
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        self.assertEqual(self.said("scancel"), "77_[3]\n--batch --signal=TERM 77_2\n")
        self.assertTrue((self.out / "logs" / "stopped").exists())
        (self.folder / "queue").write_text("")
        self.submit("--shards", 3)
        self.assertFalse((self.out / "logs" / "stopped").exists(), "the new jobs could not come back")

    def test_stop_goes_on_where_slurm_does_not_answer(self):
        self.submit()
        stopped = self.espalier("stop", self.out, SQUEUE_FAILS="1")
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        self.assertIn("warning: jobs that wait are not taken back: squeue ended with code 1", stopped.stderr)
        self.assertIn("Nothing runs on", stopped.stdout)
        self.assertTrue((self.out / "logs" / "stopped").exists(), "a job that waits would begin")
        self.submit()
        self.assertFalse((self.out / "logs" / "stopped").exists())

    def test_a_slurm_that_hangs_is_given_up(self):
        self.submit()
        self.stand_in("squeue", 'echo asked >>"$SAID/hung"; sleep 100')
        for _ in range(2):
            shown = self.espalier("status", self.out)
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn("Slurm could not be asked: squeue has not answered within 10 s", shown.stdout)
        self.assertEqual(self.said("hung"), "asked\n")

    def test_a_machine_without_slurm_is_told(self):
        self.stand_in("squeue", "exit 127")    # as timeout ends where there is none
        done = self.submit()
        self.assertEqual(done.returncode, 77)
        self.assertIn("squeue cannot be started", done.stderr)

    def test_a_submission_forgets_what_slurm_said_before(self):
        self.submit()
        self.espalier("status", self.out)    # keeps that there is no job
        self.assertTrue((self.out / "logs" / "squeue").exists())
        self.submit()
        self.assertFalse((self.out / "logs" / "squeue").exists())

    def test_two_submissions_at_once_queue_one_job(self):
        self.stand_in("sbatch", 'echo "$@" >>"$SAID/sbatch"; sleep 1\n'    # the other one asks meanwhile
                      'token=$(sed -n "s/^#SBATCH --comment=//p" "${@: -1}")\n'
                      'echo "77|PENDING|0:00|5:00|Priority|$token" >"$SAID/queue"; echo 77')
        for name, words, jobs in (("one", (), 1), ("shards", ("--shards", "2"), 3)):
            with self.subTest(name):
                for file in ("queue", "sbatch"):
                    (self.folder / file).write_text("")
                command = [submissions.BIN / "espalier", "submit", self.study, "--out", self.folder / name, "--site",
                           self.folder / "site.toml", *words]
                both = [subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                        for _ in range(2)]
                said = [one.communicate(timeout=submissions.PATIENCE_S)[1] for one in both]
                self.assertEqual(sorted(one.returncode for one in both), [0, 2], said)
                self.assertEqual(len(self.said("sbatch").splitlines()), jobs)
                loser = said[[one.returncode for one in both].index(2)]
                self.assertIn("job 77 for", loser)
                self.assertIn("is PENDING already", loser)

    def test_a_submission_that_does_not_end_is_named(self):
        (self.out / "logs").mkdir(parents=True)
        with open(self.out / "logs" / "submit.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = self.submit()
        self.assertEqual(done.returncode, 2)
        self.assertIn("another 'espalier submit' works on", done.stderr)
        self.assertEqual(self.said("sbatch"), "")
        self.assertEqual(self.submit().returncode, 0)

    def test_how_often_a_job_was_put_back_is_said_while_it_runs(self):
        self.study.write_text(launches.STUDY.format(epochs=1))
        self.submit()
        token = next(line.split("=")[1] for line in self.said("script").splitlines() if "--comment" in line)
        ran = self.espalier("run", self.study, "--out", self.out, "--workers", 2, "--only", "experiment == 'transferred'",
                            SLURM_JOB_ID="77", SLURM_RESTART_COUNT="2")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        for state, restarts in (("RUNNING", 2), ("PENDING", None)):
            (self.folder / "queue").write_text(f"77|{state}|1:05|58:55|None|{token}\n")
            (self.out / "logs" / "squeue").unlink(missing_ok=True)
            self.assertEqual("put back 2 times" in self.espalier("status", self.out).stdout, restarts == 2)
            job, = json.loads(self.espalier("status", self.out, "--json").stdout)["jobs"]
            self.assertEqual((job["state"], job["restarts"]), (state, restarts))

    def shown_restarts(self, job):
        """What status says of a running job: in words, and how often it was put back."""
        token = next(line.split("=")[1] for line in self.said("script").splitlines() if "--comment" in line)
        (self.folder / "queue").write_text(f"{job}|RUNNING|1:05|58:55|None|{token}\n")
        (self.out / "logs" / "squeue").unlink(missing_ok=True)
        shown, = json.loads(self.espalier("status", self.out, "--json").stdout)["jobs"]
        return self.espalier("status", self.out).stdout, shown["restarts"]

    def test_how_often_jobs_of_shards_were_put_back_and_why_they_ended_is_said(self):
        self.study.write_text(launches.STUDY.format(epochs=1))
        self.submit("--shards", 3)
        def start(script, **more):
            done = subprocess.run(["bash", self.out / "logs" / script], capture_output=True, text=True,
                                  env={**self.environment, "SLURM_JOB_NUM_NODES": "1", **more})
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        start("job-first.sh", SLURM_JOB_ID="77", SLURM_RESTART_COUNT="2")
        start("job-shards.sh", SLURM_JOB_ID="72", SLURM_ARRAY_JOB_ID="70", SLURM_ARRAY_TASK_ID="2", SLURM_RESTART_COUNT="1")
        store = self.out / "shards" / "2"
        (store / "requests").mkdir(exist_ok=True)
        (store / "requests" / "1.0-1.request").write_text(
            "espalier request 1\nverb=job-end\nfrom=process 1 on n1\ntime=1.0\nsegment=0\ntarget=70_2\ntarget=0\ntarget=preempted\n")
        for job, restarts, words in (("77", 2, "put back 2 times"), ("70_2", 1, "put back once"), ("70_1", None, None)):
            text, shown = self.shown_restarts(job)
            self.assertEqual(shown, restarts)
            self.assertIn(f"job {job:<6}RUNNING for 1:05, 58:55 left{', ' + words if words else ''}\n", text)
        self.assertIn("\nended     shard 2: job 70_2, start 0: preempted\n", text)

    def test_how_often_a_job_was_put_back_counts_the_jobs_before_it(self):
        """Where requeueing is forbidden, each job submits its successor, whose id `submit` has never seen."""
        self.study.write_text(launches.STUDY.format(epochs=1))
        self.submit()
        ran = self.espalier("run", self.study, "--out", self.out, "--workers", 2, "--only", "experiment == 'transferred'",
                            SLURM_JOB_ID="80", ESPALIER_JOB="77", ESPALIER_STARTS="2")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        text, shown = self.shown_restarts("80")
        self.assertEqual(shown, 2)
        self.assertIn("put back 2 times", text)


if __name__ == "__main__":
    unittest.main()
