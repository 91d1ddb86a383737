#!/bin/bash
# Runs one study as a Slurm job, and comes back where Slurm ends the job before the study is done (docs/slurm.md).
{{directives}}
set -u

# Slurm signals this script ({{lead}} s before the limit, or when the job is preempted); the study saves and ends.
early='' over='' study=''
trap 'early=yes; [ -z "$study" ] || kill -USR2 "$study" 2>/dev/null' USR1 USR2
trap 'over=yes; [ -z "$study" ] || kill -TERM "$study" 2>/dev/null' TERM

cd {{folder}} || exit 77
{{environment}}

if [ -e {{stopped}} ]; then # Slurm has put back what was stopped
  echo "espalier: 'espalier stop' has ended this job. The same 'espalier submit' goes on." >&2
  exit 75
fi

code=75
[ -z "$early" ] || code={{warned_code}}
if [ -z "$early$over" ]; then # else the job was signalled before its study began
  {{command}} &
  study=$!
  [ -z "$early" ] || kill -USR2 "$study" 2>/dev/null # came while the study was started
  [ -z "$over" ] || kill -TERM "$study" 2>/dev/null

  wait "$study"
  code=$?
  while kill -0 "$study" 2>/dev/null; do # a trap has ended the wait, not the study
    wait "$study"
    code=$?
  done
  wait "$study" 2>/dev/null # its own code, where a trap came in the moment of its end
  again=$?
  [ "$again" = 127 ] || code=$again
fi

# {{warned_code}}: saved, and Slurm has ended the job early; 140: its warning came before the study listened. A job that was
# cancelled or stopped has ended with 75, and stays so.
[ "$code$early" != 140yes ] || code={{warned_code}}
if [ "$code" = {{warned_code}} ]; then
  code=75
  [ ! -e {{stopped}} ] || exit "$code"
{{come_back}}
fi
exit "$code"
