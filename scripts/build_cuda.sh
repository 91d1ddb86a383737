#!/usr/bin/env bash
# The CUDA form of the trainer, compiled and linked in full into build-cuda/, and its tests: those that need no GPU. Needs
# neither a GPU nor a CUDA toolkit.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bootstrap.sh --cuda
tests=(test_data test_model test_train test_trainer)
ESPALIER_BUILD=build-cuda ESPALIER_TARGETS="espalier-trainer ${tests[*]}" \
  scripts/build.sh -DESPALIER_CUDA=ON -DESPALIER_TESTS=ON -DESPALIER_BENCH=OFF
linked=$(ldd build-cuda/bin/espalier-trainer)
for library in libtorch_cuda libc10_cuda libnccl libcudart; do
  grep -q "$library.* => /" <<<"$linked" || {
    echo "build-cuda/bin/espalier-trainer does not link $library" >&2
    exit 1
  }
done
for test in "${tests[@]}"; do
  echo "$test, CUDA form:"
  build-cuda/bin/$test | tail -n 2
done
echo "not run, since they need a GPU: none are written yet"
