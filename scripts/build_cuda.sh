#!/usr/bin/env bash
# The CUDA form of the trainer, compiled and linked in full into build-cuda/, and its tests: those that need no GPU. Needs
# neither a GPU nor a CUDA toolkit.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/bootstrap.sh --cuda
tests=(test_device test_data test_model test_train test_trainer)
ESPALIER_BUILD=build-cuda ESPALIER_TARGETS="espalier-trainer ${tests[*]} test_gpu bench_device_steps" \
  scripts/build.sh -DESPALIER_CUDA=ON -DESPALIER_TESTS=ON -DESPALIER_BENCH=ON
linked=$(ldd build-cuda/bin/espalier-trainer)
for library in libtorch_cuda libc10_cuda libnccl libcudart libnvrtc; do
  grep -q "$library.* => /" <<<"$linked" || {
    echo "build-cuda/bin/espalier-trainer does not link $library" >&2
    exit 1
  }
done
for test in "${tests[@]}"; do
  echo "$test, CUDA form:"
  said=$(build-cuda/bin/$test 2>&1) || {
    echo "$said"  # in full: a failure that is not shown costs a run of CI
    exit 1
  }
  tail -n 2 <<<"$said"
done
code=0
said=$(build-cuda/bin/test_gpu 2>&1) || code=$?
if ((code == 77)); then
  echo "$said; not run, since they need one:"
  names=$(build-cuda/bin/test_gpu --list-test-names-only || true)  # Catch exits with their number
  sed 's/^/  /' <<<"$names"
else
  echo "$said"
  exit $code
fi
