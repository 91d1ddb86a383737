#!/usr/bin/env bash
# Every test that needs a GPU, the device bench and the grid, on a machine with a GPU and Python's torch 2.11 for CUDA 13:
#   [PYTHON=python3] test_gpu.sh RESULT.json [PART...]      parts: tests nccl bench grid script; all unless some are named
# Runs in the folder that scripts/pack_gpu.sh packed, with the unpacked grid in ./grid or ../grid, or in the repository
# after scripts/build_cuda.sh. RESULT is written after each part; parts of an earlier call stay in it.
# Exit code: 0 all passed, 1 something failed, 77 there is no GPU and nothing was run.
set -uo pipefail
[[ $# -ge 1 ]] || { sed -n '2,6p' "$0" >&2; exit 2; }
result=$(realpath -m "$1")
shift
parts=${*:-tests nccl bench grid script}
python=$(command -v "${PYTHON:-python3}") || { echo "there is no ${PYTHON:-python3}" >&2; exit 77; }
cd "$(dirname "$0")" || exit 77
bin=. script=device_script.py report=gpu_report.py
[[ -x test_gpu ]] || { cd .. && bin=build-cuda/bin script=bench/device_script.py report=scripts/gpu_report.py; }
grid=grid
[[ -d $grid ]] || grid=../grid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The wheel's libraries, wherever Python has them.
LD_LIBRARY_PATH=$("$python" -c '
import glob, os, torch
site = os.path.dirname(os.path.dirname(torch.__file__))
print(":".join([site + "/torch/lib", *sorted(glob.glob(site + "/nvidia/*/lib"))]))') || exit 77
export LD_LIBRARY_PATH

pair() { # two ranks on one GPU: NCCL before 2.30 wants their hosts to look different
  local rank
  for rank in 0 1; do
    NCCL_HOSTID="espalier-$rank" "$bin/espalier-trainer" probe sums --rank $rank --size 2 --id "$work/id" &
  done
  wait -n && wait -n
  local code=$?
  kill %1 %2 2>/dev/null
  return $code
}
export -f pair
export bin work

command_of() {
  case $1 in
    tests) echo 300 "$bin/test_gpu" -r xml ;;
    nccl) echo 150 bash -c pair ;;
    bench) echo 500 "$bin/bench_device_steps" ;;
    grid) [[ -d $grid ]] && echo 1200 "$bin/espalier-trainer" --bundles "$grid" ;;
    script) [[ -d $grid ]] && echo 500 "$python" "$script" "$grid" --runs 30 ;;
    *) echo "there is no part '$1'" >&2 && exit 2 ;;
  esac
}

worst=0
for part in $parts; do
  read -ra command <<<"$(command_of "$part")"
  if ((${#command[@]} == 0)); then
    echo "$part: not run, there is no grid" >&2
    continue
  fi
  begun=$(date +%s.%N)
  timeout "${command[@]}" >"$work/out" 2>"$work/err"
  code=$?
  "$python" "$report" "$result" "$part" $code "$begun" "$work/out" "$work/err" || worst=1
  ((code == 77)) && { echo "not run: there is no GPU" >&2; exit 77; }
  ((code == 0)) || worst=1
done
exit $worst
