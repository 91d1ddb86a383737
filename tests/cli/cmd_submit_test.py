"""espalier submit with stand-ins for sbatch, squeue and scontrol: what it asks Slurm for, and what its script does in a job.
A real Slurm: tests/e2e/slurm_submit_test.py."""
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

import launches
import submissions


class Submit(submissions.Submission):
    def test_the_job_is_submitted_once(self):
        done = self.submit("--nodes", 2, "--time", "7:00")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Submitted job 77.", done.stdout)
        self.assertIn("2 nodes with 2 devices each for 00:07:00\nSlurm's default partition: 2 cores a node\n", done.stderr)
        self.assertRegex(done.stderr, r"about \d+\.\d\d device-hours, \d+\.\d\d h on 4 devices")
        script = self.said("script")
        self.assertIn("#SBATCH --time=00:07:00\n", script)
        self.assertEqual(script, (self.out / "logs" / "job.sh").read_text())
        token = next(line.split("=")[1] for line in script.splitlines() if "--comment" in line)
        (self.folder / "queue").write_text(f"77|PENDING|0:00|7:00|Priority|{token}\n78|RUNNING|1:00|6:00|None|espalier:other\n")
        again = self.submit()
        self.assertEqual(again.returncode, 2)
        self.assertIn("job 77 for", again.stderr)
        self.assertIn("is PENDING already (Priority)", again.stderr)
        self.assertEqual(len(self.said("sbatch").splitlines()), 1)

    def test_what_a_node_is_asked_for_is_said(self):
        (self.folder / "site.toml").write_text("[nodes]\nmost = 2\ndevices = 4\ncores_per_device = 8\nmegabytes_per_device = 2000\n"
                                               'gres = "gpu:a100:4"\n[slurm]\npartition = "gpu,long"\n')
        done = self.submit("--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("partition gpu,long: 32 cores, 8000 MB, gpu:a100:4 a node\n", done.stderr)

    def test_dry_run_prints_the_script_and_starts_nothing(self):
        done = self.submit("--dry-run", "--", "--exclude=n5")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.startswith("#!/bin/bash\n"))
        self.assertIn("#SBATCH --exclude=n5\n", done.stdout)
        self.assertFalse(self.out.exists())
        self.assertEqual(self.said("sbatch") + self.said("squeue"), "")

    def test_what_the_site_does_not_allow_is_refused_before_slurm_is_asked(self):
        for words, says in ((("--nodes", 3), "3 nodes are more than the 2"), (("--time", "11:00"), "no longer time"),
                            (("--time", "soon"), "--time soon is no time")):
            done = self.submit(*words)
            if says == "no longer time":
                says = "00:11:00 is longer than the longest time, 00:10:00"
            self.assertEqual(done.returncode, 2)
            self.assertIn(says, done.stderr)
        self.assertEqual(self.said("sbatch") + self.said("squeue"), "")

    def test_slurm_that_refuses_is_told(self):
        done = self.submit(SQUEUE_FAILS="1")
        self.assertEqual(done.returncode, 77)
        self.assertIn("squeue: error: no answer", done.stderr)
        done = self.submit(SBATCH_SAYS="later")
        self.assertEqual(done.returncode, 77)
        self.assertIn("sbatch gave no job id (later)", done.stderr)

    def start_job(self):
        """The script that was submitted, as on a node: a study of some seconds, so that it is still training when a signal comes."""
        self.study.write_text(launches.STUDY.format(epochs=24))
        self.submit()
        script = self.folder / "script"
        return subprocess.Popen(["bash", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                env={**self.environment, "SLURM_JOB_NUM_NODES": "1", "SLURM_JOB_ID": "77"})

    def wait_for_rows(self):
        until = time.monotonic() + submissions.PATIENCE_S
        while time.monotonic() < until:
            shown = self.espalier("status", self.out, "--json")
            if shown.returncode == 0 and json.loads(shown.stdout)["tasks"]["running"]:
                return
            time.sleep(0.1)
        self.fail("nothing was trained")

    def test_a_warned_job_saves_and_is_requeued_and_then_done(self):
        job = self.start_job()
        self.wait_for_rows()
        job.send_signal(signal.SIGUSR2)
        said, _ = job.communicate(timeout=submissions.PATIENCE_S)
        self.assertEqual(self.said("scontrol"), "requeue 77\n", said)
        self.assertIn("Stopped", said)
        self.assertIn("ended     job 77, start 0: preempted\n", self.espalier("status", self.out).stdout)
        again = subprocess.run(["bash", self.folder / "script"], capture_output=True, text=True,
                               env={**self.environment, "SLURM_JOB_NUM_NODES": "1", "SLURM_JOB_ID": "77",
                                    "SLURM_RESTART_COUNT": "1"})
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertEqual(self.said("scontrol"), "requeue 77\n")
        waited = self.espalier("wait", self.out)
        self.assertEqual(waited.returncode, 0, waited.stderr)
        self.assertEqual(list((self.out / "requests").iterdir()), [], "the journal has them")
        self.assertIn("ended     job 77, start 0: preempted\n", self.espalier("status", self.out).stdout)

    CANCELLED = "JobId=77 JobState=COMPLETING Restarts=0 RunTime=00:00:04 TimeLimit=00:05:00 PreemptTime=None\n"

    def end_job(self, job, number):
        """The exit code of a script that is signalled, and what it prints."""
        job.send_signal(number)
        said, _ = job.communicate(timeout=submissions.PATIENCE_S)
        return job.returncode, said

    def rank_0(self):
        """The process of the job that `scancel` without --batch would signal, too."""
        for entry in pathlib.Path("/proc").iterdir():
            try:
                environment = (entry / "environ").read_bytes().split(b"\0")
                if f"SAID={self.folder}".encode() in environment and b"OMPI_COMM_WORLD_RANK=0" in environment:
                    if b"rank" in (entry / "cmdline").read_bytes().split(b"\0"):
                        return int(entry.name)
            except OSError:    # no process, or one that has ended
                pass
        self.fail("no rank 0")

    def test_a_warning_that_reaches_the_study_alone_is_told_to_the_script(self):
        job = self.start_job()
        self.wait_for_rows()
        os.kill(self.rank_0(), signal.SIGUSR2)
        said, _ = job.communicate(timeout=submissions.PATIENCE_S)
        self.assertEqual(self.said("scontrol"), "requeue 77\n", said)
        self.assertEqual(job.returncode, 75)

    def test_a_job_that_slurm_preempts_without_a_warning_comes_back(self):
        job = self.start_job()
        self.wait_for_rows()
        code, said = self.end_job(job, signal.SIGTERM)
        self.assertEqual((code, self.said("scontrol")), (75, "requeue 77\n"), said)

    def test_a_warned_job_that_is_cancelled_while_it_saves_is_not_requeued(self):
        job = self.start_job()
        self.wait_for_rows()
        (self.folder / "job").write_text(self.CANCELLED)
        code, said = self.end_job(job, signal.SIGUSR2)
        self.assertEqual((code, self.said("scontrol")), (75, ""), said)

    def test_a_job_that_is_warned_while_its_modules_load_comes_back_without_a_launch(self):
        (self.folder / "slow.sh").write_text('touch "$SAID/loads"; sleep 2\n')
        with open(self.folder / "site.toml", "a") as site:
            site.write(f'[environment]\nscript = "{self.folder}/slow.sh"\n')
        for number in (signal.SIGUSR2, signal.SIGUSR1, signal.SIGTERM):
            with self.subTest(number):
                for file in ("loads", "scontrol"):
                    (self.folder / file).unlink(missing_ok=True)
                job = self.start_job()
                while not (self.folder / "loads").exists():
                    time.sleep(0.05)
                code, said = self.end_job(job, number)
                self.assertEqual(self.said("scontrol"), "" if number == signal.SIGTERM else "requeue 77\n", said)
                self.assertEqual(code, 75)
                self.assertFalse((self.out / "journal").exists())

    def test_a_job_that_was_stopped_ends_at_once_where_slurm_puts_it_back(self):
        self.submit()
        (self.out / "logs" / "stopped").write_text("espalier stop\n")
        again = subprocess.run(["bash", self.folder / "script"], capture_output=True, text=True,
                               env={**self.environment, "SLURM_JOB_NUM_NODES": "1", "SLURM_JOB_ID": "77",
                                    "SLURM_RESTART_COUNT": "1"})
        self.assertEqual(again.returncode, 75, again.stderr)
        self.assertIn("'espalier stop' has ended this job", again.stderr)
        self.assertFalse((self.out / "journal").exists())
        self.assertEqual(self.said("scontrol"), "")

    def test_a_warning_by_the_other_signal(self):
        with open(self.folder / "site.toml", "a") as site:
            site.write('signal = "USR1"\n')
        job = self.start_job()
        self.wait_for_rows()
        job.send_signal(signal.SIGUSR1)
        said, _ = job.communicate(timeout=submissions.PATIENCE_S)
        self.assertEqual(self.said("scontrol"), "requeue 77\n", said)
        self.assertIn("Stopped and saved", said)

    def test_where_requeueing_is_forbidden_the_job_submits_its_successor(self):
        with open(self.folder / "site.toml", "a") as site:
            site.write('requeue = "submit"\n')
        job = self.start_job()
        self.wait_for_rows()
        job.send_signal(signal.SIGUSR2)
        said, _ = job.communicate(timeout=submissions.PATIENCE_S)
        self.assertEqual(job.returncode, 75, said)
        self.assertEqual(self.said("scontrol"), "")
        self.assertEqual(self.said("sbatch").splitlines()[1], f"--dependency=afterany:77 {self.folder / 'script'}")
        self.assertEqual(self.said("starts").splitlines()[1].strip(), "77 1", "the journal counts it as the second start of 77")
        self.study.write_text(launches.STUDY.format(epochs=25))    # more to do, which three starts have not begun
        in_vain = self.espalier("run", self.study, "--out", self.out, SLURM_JOB_ID="80", ESPALIER_JOB="77", ESPALIER_STARTS="4")
        self.assertEqual(in_vain.returncode, 77)
        self.assertIn("job 77 was put back 4 times", in_vain.stderr)

    def test_a_cancelled_job_saves_and_is_not_requeued(self):
        (self.folder / "job").write_text(self.CANCELLED)
        job = self.start_job()
        self.wait_for_rows()
        job.send_signal(signal.SIGTERM)
        said, _ = job.communicate(timeout=submissions.PATIENCE_S)
        self.assertEqual(job.returncode, 75, said)
        self.assertEqual(self.said("scontrol"), "")
        waited = self.espalier("wait", self.out)
        self.assertEqual(waited.returncode, 75)
        self.assertIn("nothing works on", waited.stderr)

    def test_a_start_that_left_no_word_is_told_from_one_that_was_ended(self):
        self.study.write_text(launches.STUDY.format(epochs=24))
        job = subprocess.Popen([submissions.BIN / "espalier", "run", self.study, "--out", self.out, "--workers", "2"],
                               env={**self.environment, "SLURM_JOB_ID": "77"}, stderr=subprocess.DEVNULL)
        self.wait_for_rows()
        job.kill()
        job.wait()
        again = self.espalier("run", self.study, "--out", self.out, SLURM_JOB_ID="77", SLURM_RESTART_COUNT="1")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("ended     job 77, start 0: node lost\n", self.espalier("status", self.out).stdout)

    def test_a_job_that_is_put_back_without_end_gives_up_and_says_why(self):
        done = self.espalier("run", self.study, "--out", self.out, SLURM_JOB_ID="77", SLURM_RESTART_COUNT="3")
        self.assertEqual(done.returncode, 77)
        self.assertIn("job 77 was put back 3 times, and its last 3 starts have brought nothing (none of them has", done.stderr)
        self.assertFalse(self.out.exists())
        for restart in ("2", "5", "9"):    # where all is done, nothing can be brought
            done = self.espalier("run", self.study, "--out", self.out, SLURM_JOB_ID="77", SLURM_RESTART_COUNT=restart)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_nodes_may_be_a_range(self):
        done = self.submit("--nodes", "1-2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("#SBATCH --nodes=1-2\n", self.said("script"))
        self.assertNotIn("--ntasks", self.said("script"))
        for words in ("2-1", "0", "x", "1-", "1-3"):
            self.assertEqual(self.submit("--nodes", words).returncode, 2, words)

    def test_a_foreign_mpirun_is_told_by_name(self):
        (self.folder / "bin" / "mpirun").write_text("#!/bin/sh\necho HYDRA build details:\n")
        (self.folder / "bin" / "mpirun").chmod(0o755)
        done = self.espalier("run", self.study, "--out", self.out)
        self.assertEqual(done.returncode, 77)
        self.assertIn(f"'{self.folder}/bin/mpirun', the first mpirun in PATH, is another MPI's (it says 'HYDRA build", done.stderr)

    def test_shards_are_three_jobs_each_behind_the_one_before(self):
        shown = self.submit("--shards", 3, "--dry-run")
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertEqual(shown.stdout.count("#!/bin/bash\n"), 3)
        self.assertRegex(shown.stderr, r"3 shards of \d+\.\d\d to \d+\.\d\d h on 2 devices each")
        self.assertFalse(self.out.exists())
        done = self.submit("--shards", 3)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Submitted jobs 77, 77, 77.", done.stdout)
        logs = self.out / "logs"
        self.assertEqual(self.said("sbatch").splitlines(),
                         [f"--parsable {logs}/job-first.sh", f"--parsable --dependency=afterany:77 {logs}/job-shards.sh",
                          f"--parsable --dependency=afterany:77 {logs}/job-last.sh"])
        self.assertIn("shard 3   0 of", self.espalier("status", self.out).stdout)
        self.assertEqual(len(json.loads(self.espalier("status", self.out, "--json").stdout)["shards"]), 4)
        other = self.submit("--shards", 2)
        self.assertEqual(other.returncode, 2)
        self.assertIn("was cut into 3 shards, not 2 shards", other.stderr)

    def test_shards_need_jobs_that_others_can_wait_for(self):
        with open(self.folder / "site.toml", "a") as site:
            site.write('requeue = "submit"\n')
        done = self.submit("--shards", 3)
        self.assertEqual(done.returncode, 2)
        self.assertIn("submit their successors", done.stderr)

    def test_what_was_submitted_is_taken_back_where_a_later_job_is_refused(self):
        (self.folder / "bin" / "sbatch").write_text('#!/bin/bash\n[[ $* != *job-last* ]] || exit 1\necho 77\n')
        (self.folder / "bin" / "scancel").write_text('#!/bin/bash\necho "$@" >"$SAID/scancel"\n')
        (self.folder / "bin" / "scancel").chmod(0o755)
        done = self.submit("--shards", 3)
        self.assertEqual(done.returncode, 77)
        self.assertEqual(self.said("scancel"), "77 77\n")

    def job(self, name, **more):
        """A script of shards, as Slurm starts it."""
        return subprocess.run(["bash", self.out / "logs" / f"job-{name}.sh"], capture_output=True, text=True,
                              env={**self.environment, "SLURM_JOB_NUM_NODES": "1", "SLURM_JOB_ID": "77", **more})

    def numbers(self, out):
        done = self.espalier("export", out, "--format", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        return sorted(done.stdout.splitlines())

    def test_the_jobs_of_shards_end_with_the_numbers_of_one(self):
        here = self.folder / "here"
        self.assertEqual(self.espalier("run", self.study, "--out", here, "--workers", 2).returncode, 0)
        self.submit("--shards", 3)
        for early in ("shards", "last"):
            done = self.job(early, SLURM_ARRAY_TASK_ID="1")
            self.assertNotIn(done.returncode, (0, 1))
            self.assertIn("the first job, which trains what the shards need, is not done", done.stderr)
        self.assertFalse((self.out / "journal").exists())
        first = self.job("first")
        self.assertEqual(first.returncode, 0, first.stdout + first.stderr)
        self.assertTrue((self.out / "shards" / "0" / "calibration.json").exists())
        other = self.folder / "other.toml"
        other.write_text((self.folder / "site.toml").read_text().replace("[nodes]\n", "[nodes]\ncores_per_device = 2\n"))
        shown = self.espalier("submit", self.study, "--out", self.out, "--site", other, "--shards", 3, "--dry-run")
        self.assertEqual(shown.stdout.count("--threads 1 "), 4, "as the first store was begun\n" + shown.stderr)
        for shard in ("2", "3"):
            done = self.job("shards", SLURM_ARRAY_TASK_ID=shard, SLURM_ARRAY_JOB_ID="70")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        shown = self.espalier("status", self.out).stdout
        self.assertRegex(shown, r"shard 2   (\d+) of \1 tasks done; ended: all done")
        self.assertRegex(shown, r"shard 1   0 of \d+ tasks done; not begun")
        last = self.job("last")    # shard 1 was lost: the last job does its work
        self.assertEqual(last.returncode, 0, last.stdout + last.stderr)
        self.assertIn("shard 1 is not done", last.stderr)
        self.assertEqual(self.numbers(self.out), self.numbers(here))
        again = self.job("last")
        self.assertEqual(again.returncode, 0, again.stdout + again.stderr)
        self.assertEqual(self.espalier("wait", self.out).returncode, 0)

    def test_run_refuses_to_be_started_by_a_launcher(self):
        for variable in ("OMPI_COMM_WORLD_SIZE", "PMIX_RANK"):
            done = self.espalier("run", self.study, "--out", self.out, **{variable: "2"})
            self.assertEqual(done.returncode, 2)
            self.assertIn("was started by an MPI launcher", done.stderr)
        done = self.espalier("run", self.study, "--out", self.out, SLURM_STEP_NUM_TASKS="3")
        self.assertIn("was started by srun, in 3 tasks", done.stderr)
        done = self.espalier("run", self.study, "--out", self.out, SLURM_STEP_ID="0", SLURM_STEP_NUM_TASKS="1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("was started by srun, as step 0", done.stderr)
        self.assertIn("shell that salloc opens", done.stderr)
        self.assertFalse(self.out.exists())

    def test_the_shell_of_an_allocation_is_no_step(self):
        self.study.write_text(launches.STUDY.format(epochs=1))
        done = self.espalier("run", self.study, "--out", self.out, "--only", "experiment == 'transferred'",
                             SLURM_STEP_ID="4294967290", SLURM_STEP_NUM_TASKS="1")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
