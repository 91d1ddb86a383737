#!/bin/bash
# Runs one study as a Slurm job, and comes back where Slurm ends the job before the study is done (docs/slurm.md).
{{directives}}
set -u
cd {{folder}} || exit 77
{{environment}}

{{command}} &
study=$!

# Slurm signals this script alone ({{lead}} s before the limit, or when the job is preempted); the study saves and ends.
early='' over=''
trap 'early=yes; kill -USR2 "$study" 2>/dev/null' {{signal}}
trap 'over=yes; kill -TERM "$study" 2>/dev/null' TERM

wait "$study"
code=$?
while kill -0 "$study" 2>/dev/null; do # a trap has ended the wait, not the study
  wait "$study"
  code=$?
done
wait "$study" 2>/dev/null # its own code, where a trap came in the moment of its end
again=$?
[ "$again" = 127 ] || code=$again

# 75 says: saved, run me again. Only after a warning: a job that was cancelled or stopped stays so.
if [ "$code" = 75 ] && [ -n "$early" ] && [ ! -e {{stopped}} ]; then
{{come_back}}
fi
exit "$code"
