#!/usr/bin/env bash
# Packs what scripts/test_gpu.sh needs on a machine that has a GPU and Python's torch 2.11 for CUDA 13, and nothing of ours:
#   scripts/pack_gpu.sh FILE.tar.xz [DATA_ROOT]     at most 30 MiB, and the planned grid beside it as FILE-grid.tar.xz
# DATA_ROOT holds CIFAR-100's binary files (train_0.bin.gz ...); without it there is no grid.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
[[ $# -ge 1 ]] || { sed -n '2,4p' "$0" >&2; exit 2; }
out=$(realpath -m "$1") data=${2:+$(realpath "$2")}
cd "$here"
mkdir -p "$(dirname "$out")"
most=$((30 << 20))

scripts/bootstrap.sh --cuda
ESPALIER_BUILD=build-gpu ESPALIER_TARGETS="espalier-trainer test_gpu bench_device_steps" \
  scripts/build.sh -DESPALIER_CUDA=ON -DESPALIER_PORTABLE=ON -DESPALIER_TESTS=ON -DESPALIER_BENCH=ON
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/espalier-gpu"
for program in espalier-trainer test_gpu bench_device_steps; do
  strip -o "$folder/espalier-gpu/$program" "build-gpu/bin/$program"
  foreign=$(readelf -d "build-gpu/bin/$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
    grep -vE '^(libtorch[a-z_]*|libc10[a-z_]*|libcudart|libnvrtc[-a-z]*|libnccl|libstdc\+\+|libgcc_s|libc|libm|libdl|librt|libpthread|ld-linux[-a-z0-9]*)\.so' || true)
  if [[ -n $foreign ]]; then
    echo "$program needs $foreign, which the other machine may lack" >&2
    exit 1
  fi
done
cp scripts/test_gpu.sh scripts/gpu_report.py bench/device_script.py "$folder/espalier-gpu/"
git rev-parse HEAD >"$folder/espalier-gpu/commit"
[[ -z $(git status --porcelain --untracked-files=no) ]] || echo "with changes" >>"$folder/espalier-gpu/commit"
tar -C "$folder" -cJf "$out" espalier-gpu
bytes=$(stat -c %s "$out")
echo "$out: $bytes bytes"
if ((bytes > most)); then
  echo "that is more than $most bytes" >&2
  exit 1
fi

if [[ -n $data ]]; then
  mkdir "$folder/data"
  # 80 images a class: 50 to train on, 10 and 20 to measure on.
  python3 - "$data/train_0.bin.gz" "$folder/data/train_0.bin.gz" <<'PY'
import collections, gzip, sys
records, seen, kept = gzip.open(sys.argv[1]).read(), collections.Counter(), []
for at in range(0, len(records), 3074):
    record = records[at : at + 3074]
    seen[record[1]] += 1
    if seen[record[1]] <= 80:
        kept.append(record)
gzip.open(sys.argv[2], "wb", 1).write(b"".join(kept))
PY
  ESPALIER_TARGETS="espalier espalier-trainer" scripts/build.sh
  ESPALIER_CACHE="$folder/cache" build/bin/espalier plan bench/device_grid.toml --data-root "$folder/data" \
    --given bench/device_grid.json --feature-memory 8GB --bundles "$folder/grid"
  cp bench/device_grid.toml bench/device_grid.json "$folder/grid/"
  tar -C "$folder" -cJf "${out%.tar.xz}-grid.tar.xz" grid
  ls -l "${out%.tar.xz}-grid.tar.xz"
fi
