#!/usr/bin/env bash
# Every test that needs a GPU, the device bench and the grid, on a machine with a GPU and Python's torch 2.11 for CUDA 13:
#   [PYTHON=python3] test_gpu.sh RESULT.json [PART...]      parts: tests nccl bench grid script; all unless some are named
# Runs in the folder that scripts/pack_gpu.sh packed, with the unpacked grid in ./grid or ../grid, or in the repository
# after scripts/build_cuda.sh. RESULT is written after each part; parts of an earlier call stay in it.
# Exit code: 0 all passed, 1 something failed or lacked its grid, 77 there is no GPU (or no such Python): nothing was run.
set -uo pipefail
[[ $# -ge 1 ]] || { sed -n '2,6p' "$0" >&2; exit 2; }
result=$(realpath -m "$1")
shift
parts=${*:-tests nccl bench grid script}
for part in $parts; do
  [[ " tests nccl bench grid script " == *" $part "* ]] || { echo "there is no part '$part'" >&2; exit 2; }
done
python=$(command -v "${PYTHON:-python3}") || { echo "there is no ${PYTHON:-python3}" >&2; exit 77; }
cd "$(dirname "$0")" || exit 77
bin=. script=device_script.py report=gpu_report.py
[[ -x test_gpu ]] || { cd .. && bin=build-cuda/bin script=bench/device_script.py report=scripts/gpu_report.py; }
grid=grid
[[ -d $grid ]] || grid=../grid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The wheel's libraries, wherever Python has them.
wheel=$("$python" -c '
import glob, os, torch
site = os.path.dirname(os.path.dirname(torch.__file__))
print(":".join([site + "/torch/lib", *sorted(glob.glob(site + "/nvidia/*/lib"))]))') || exit 77
export LD_LIBRARY_PATH=$wheel${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
"$python" -c 'import sys, torch; sys.exit(0 if torch.cuda.is_available() else 77)' || {
  for part in $parts; do "$python" "$report" "$result" "$part" 77 "$(date +%s.%N)" /dev/null /dev/null; done
  echo "not run: there is no GPU" >&2
  exit 77
}

pair() { # two ranks on one GPU: NCCL before 2.30 wants their hosts to look different
  local rank pids=() code=0
  for rank in 0 1; do
    NCCL_HOSTID="espalier-$rank" "$bin/espalier-trainer" probe sums --rank $rank --size 2 --id "$work/id" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || { code=$?; kill "${pids[@]}" 2>/dev/null; }
  done
  return $code
}
export -f pair
export bin work

run_part() { # NAME: its command, within its time
  case $1 in
    tests) timeout -k 10 300 "$bin/test_gpu" -r xml ;;
    nccl) timeout -k 10 150 bash -c pair ;;
    bench) timeout -k 10 500 "$bin/bench_device_steps" ;;
    grid) timeout -k 10 1200 "$bin/espalier-trainer" --bundles "$grid" ;;
    script) timeout -k 10 500 "$python" "$script" "$grid" --runs 30 ;;
  esac
}

worst=0
for part in $parts; do
  begun=$(date +%s.%N)
  "$python" "$report" "$result" "$part" started "$begun" /dev/null /dev/null
  if [[ ($part == grid || $part == script) && ! -d $grid ]]; then
    code=no-grid
    : >"$work/out" >"$work/err"
  else
    run_part "$part" >"$work/out" 2>"$work/err"
    code=$?
  fi
  "$python" "$report" "$result" "$part" $code "$begun" "$work/out" "$work/err" || worst=1
done
exit $worst
