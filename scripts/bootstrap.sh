#!/usr/bin/env bash
# Installs what espalier is built from: Debian packages, and a virtual environment with the torch wheel.
#   scripts/bootstrap.sh           CPU wheel
#   scripts/bootstrap.sh --cuda    beside it, in .venv-cuda, the CUDA wheel with its nvidia-* packages (about 5 GB)
#   scripts/bootstrap.sh --slurm   CPU wheel, and the Slurm that tests start (scripts/test_cluster.sh)
# As root it installs packages itself; as a user it names what is missing and how to get it.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build ccache git python3-venv openmpi-bin libopenmpi-dev libhdf5-dev hdf5-tools
  libboost-dev libboost-serialization-dev libssl-dev libfmt-dev libspdlog-dev libtomlplusplus-dev libcli11-dev
  nlohmann-json3-dev libmuparserx-dev libjpeg-dev libpng-dev zlib1g-dev gnuplot-nox catch2 librapidcheck-dev
  libbenchmark-dev liblinear-dev liblbfgs-dev libmimalloc-dev pkg-config protobuf-compiler)
# Services of theirs are of no use: Slurm has no configuration, and each test cluster a munged of its own.
[[ "${1:-}" != --slurm ]] || packages+=(munge slurmctld slurmd slurm-client slurm-wlm-basic-plugins procps)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
  if ((EUID == 0)); then
    echo "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  else
    echo "These Debian packages are missing. Ask an administrator to run:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 77
  fi
fi

# environment DIR PACKAGE...: a virtual environment with exactly these, made once.
environment() {
  local folder=$1
  shift
  [[ -x $folder/bin/python ]] || /usr/bin/python3 -m venv "$folder"
  local stamp
  stamp="$folder/.espalier-$(sha256sum <<<"$*" | cut -c1-12)"
  [[ -e $stamp ]] && return
  echo "installing $1 into $folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check --no-cache-dir "$@" 2> >(grep -v '^WARNING' >&2 || true)
  touch "$stamp"
}

environment .venv torch==2.13.0 numpy scipy scikit-learn safetensors h5py pandas clang-format==23.1.5 clang-tidy==23.1.4 protobuf==7.36.2
.venv/bin/python -c 'import torch, sklearn, safetensors, h5py, pandas, google.protobuf'
if [[ "${1:-}" == --cuda ]]; then
  # Not past 2.11 as it is: resetting one graph frees cuBLAS workspaces that others on its stream use (PyTorch #193402).
  # crt and cccl: headers that those of the runtime include.
  environment .venv-cuda torch==2.11.0 nvidia-cuda-crt==13.0.88 nvidia-cuda-cccl==13.0.85
fi
