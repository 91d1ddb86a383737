"""How long does a search for five nearest neighbours take beside FAISS's flat index, and are they scikit-learn's? One thread, processor time.

    neighbour_search.py BUILD/bin/bench_neighbour_search [--repeats 5]

Needs faiss-cpu and scikit-learn. Both take turns on the same features: random ones after a ReLU, as those of a network are. JSON."""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before faiss is loaded

import faiss
import numpy as np
from sklearn.neighbors import NearestNeighbors

SIZES = [(2000, 500, 256), (10_000, 2000, 256), (10_000, 2000, 1024), (50_000, 1000, 256)]  # references, queries, features


def features(count, width, rng):
    return np.maximum(rng.standard_normal((count, width)), 0).astype(np.float32)


def ours(program, folder, width, metric):
    files = [folder / "among", folder / "asked"]
    done = subprocess.run([program, *files, str(width), metric, folder / "places"], check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    return told["build_ms"] + told["search_ms"], np.fromfile(folder / "places", np.int64).reshape(-1, 5)


def theirs(among, asked, metric):
    """A flat index of inner products of directions, or of distances; building it and normalising count, as they do for ours."""
    start = time.thread_time()
    if metric == "cosine":
        among, asked = among.copy(), asked.copy()
        faiss.normalize_L2(among)
        faiss.normalize_L2(asked)
    index = (faiss.IndexFlatIP if metric == "cosine" else faiss.IndexFlatL2)(among.shape[1])
    index.add(among)
    _, places = index.search(asked, 5)
    return (time.thread_time() - start) * 1e3, places


def compared(program, size, metric, repeats, rng):
    references, queries, width = size
    among, asked = features(references, width, rng), features(queries, width, rng)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        among.tofile(folder / "among")
        asked.tofile(folder / "asked")
        times = [(ours(program, folder, width, metric), theirs(among, asked, metric)) for _ in range(repeats)]
    own, flat = times[0][0][1], times[0][1][1]
    search = NearestNeighbors(n_neighbors=5, algorithm="brute", metric=metric).fit(among.astype(np.float64))
    brute = search.kneighbors(asked.astype(np.float64), return_distance=False)
    own_ms, flat_ms = ([pair[who][0] for pair in times] for who in (0, 1))
    return {"references": references, "queries": queries, "features": width, "metric": metric,
            "ours_ms": statistics.median(own_ms), "faiss_ms": statistics.median(flat_ms),
            "ratio": statistics.median(a / b for a, b in zip(own_ms, flat_ms)),
            "equal_to_scikit_learn": float((own == brute).mean()), "faiss_equal_to_scikit_learn": float((flat == brute).mean())}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    faiss.omp_set_num_threads(1)
    rows = [compared(options.program, size, metric, options.repeats, rng) for size in SIZES for metric in ("cosine", "euclidean")]
    print(json.dumps({"faiss": faiss.__version__, "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
