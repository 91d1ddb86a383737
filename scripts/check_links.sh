#!/usr/bin/env bash
# espalier never links LibTorch; espalier-trainer never links MPI or HDF5.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-build}/bin
needed() { readelf -d "$bin/$1" | grep NEEDED; }
if needed espalier | grep -E 'torch|c10'; then echo "espalier links LibTorch"; exit 1; fi
if needed espalier-trainer | grep -E 'libmpi|libhdf5'; then echo "espalier-trainer links MPI or HDF5"; exit 1; fi
needed espalier | grep -q libmpi
needed espalier-trainer | grep -q libtorch
echo "links: both programs link what they should and no more"
