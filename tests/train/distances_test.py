"""Distances of two sets of features against NumPy and scikit-learn."""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

TRAINER = Path(os.environ["ESPALIER_BIN"]) / "espalier-trainer"


def some(count, shift, seed, width=60):
    draw = np.random.default_rng(seed)
    return np.maximum(0, draw.normal(size=(count, width)) + shift).astype(np.float32)


def run(method, a, b):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        save_file({"a": a, "b": b}, root / "in.safetensors")
        (root / "distance.json").write_text(json.dumps({"method": method, "in": str(root / "in.safetensors")}))
        return subprocess.run([TRAINER, "probe", "distance", root / "distance.json"], capture_output=True, text=True)


def distance(method, a, b):
    done = run(method, a, b)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["distance"]


def told_apart(a, b):
    """Share of held-out images that a linear SVM puts right: fitted to the first halves, then to the second."""
    half, right = len(a) // 2, 0
    for fitted, asked in ((slice(0, half), slice(half, 2 * half)), (slice(half, 2 * half), slice(0, half))):
        scaler = StandardScaler().fit(np.concatenate([a[fitted], b[fitted]]).astype(np.float64))
        labels = np.repeat([0, 1], half)
        machine = LinearSVC(C=1, dual=False, tol=1e-8, max_iter=100_000)
        machine.fit(scaler.transform(np.concatenate([a[fitted], b[fitted]])), labels)
        right += (machine.predict(scaler.transform(np.concatenate([a[asked], b[asked]]))) == labels).sum()
    return right / (4 * half)


class AgainstNumPy(unittest.TestCase):
    def test_cosine_and_mmd_are_equal_to_1e_5(self):
        for shift in (0.0, 0.05, 0.5, 3.0):
            a, b = some(400, 0, 1), some(400, shift, 2)
            mean_a, mean_b = a.astype(np.float64).mean(0), b.astype(np.float64).mean(0)
            cosine = 1 - mean_a @ mean_b / np.linalg.norm(mean_a) / np.linalg.norm(mean_b)
            self.assertAlmostEqual(distance("cosine", a, b), cosine, delta=1e-5)
            mmd = np.linalg.norm(mean_a - mean_b)
            self.assertAlmostEqual(distance("mmd", a, b) / mmd, 1, delta=1e-5)

    def test_a_linear_svm_tells_as_many_apart_as_scikit_learn_s(self):
        for count, shift in ((300, 0.0), (301, 0.05), (300, 0.2), (300, 1.0)):
            a, b = some(count, 0, 3), some(count, shift, 4)
            self.assertEqual(distance("svm", a, b), told_apart(a, b))

    def test_means_that_are_0_have_no_cosine(self):
        done = run("cosine", some(10, 0, 1), np.zeros((10, 60), np.float32))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("the cosine distance is not defined", done.stderr)


if __name__ == "__main__":
    unittest.main()
