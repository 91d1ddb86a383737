"""Linear classifiers on features against scikit-learn: equal objectives and predictions, for two classes and several,
standardised or not, for small and large C."""
import itertools
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

TRAINER = Path(os.environ["ESPALIER_BIN"]) / "espalier-trainer"


def images(count, classes, width, seed, shift=0.35):
    """Features that overlap between classes, 0 where they would be negative as behind a ReLU, of very unlike scales."""
    draw = np.random.default_rng(seed)
    centres = np.random.default_rng(7).normal(size=(classes, width))
    labels = np.arange(count) % classes
    features = np.maximum(0, shift * centres[labels] + draw.normal(size=(count, width)))
    scales = np.exp(np.random.default_rng(8).normal(size=width))
    return (features * scales).astype(np.float32), labels.astype(np.int64)


def fit(description, fitted_to, asked):
    """What `espalier-trainer probe fit` makes of the images."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        save_file({"features": fitted_to[0], "labels": fitted_to[1], "asked": asked[0]}, root / "in.safetensors")
        (root / "fit.json").write_text(json.dumps(
            {**description, "in": str(root / "in.safetensors"), "out": str(root / "out.safetensors")}))
        done = subprocess.run([TRAINER, "probe", "fit", root / "fit.json"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return {**json.loads(done.stdout), **load_file(root / "out.safetensors")}


def svm_objective(c, weights, biases, features, labels):
    total = 0
    for label, (w, b) in enumerate(zip(weights, biases)):
        side = np.where(labels == label, 1.0, -1.0)
        losses = np.maximum(0, 1 - side * (features @ w + b)) ** 2
        total += 0.5 * (w @ w + b * b) + c * losses.sum()
    return total


def logistic_objective(c, weights, biases, features, labels):
    logits = features @ weights.T + biases
    if weights.shape[0] == 1:
        logits = np.concatenate([np.zeros_like(logits), logits], axis=1)
    shifted = logits - logits.max(axis=1, keepdims=True)
    shares = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return 0.5 * (weights ** 2).sum() - c * shares[np.arange(len(labels)), labels].sum()


class AgainstScikitLearn(unittest.TestCase):
    def compare(self, classifier, classes, c, standardise):
        fitted_to, asked = images(600, classes, 40, 1), images(2000, classes, 40, 2)
        ours = fit({"classifier": classifier, "C": c, "standardise": standardise, "classes": classes}, fitted_to, asked)
        self.assertEqual(ours["remark"], "")
        features, queries = fitted_to[0].astype(np.float64), asked[0].astype(np.float64)
        if standardise:
            scaler = StandardScaler().fit(features)
            features, queries = scaler.transform(features), scaler.transform(queries)
        if classifier == "svm":
            theirs = LinearSVC(C=c, dual=False, tol=1e-8, max_iter=100_000).fit(features, fitted_to[1])
            objective = svm_objective
        else:
            theirs = LogisticRegression(C=c, tol=1e-8, max_iter=100_000).fit(features, fitted_to[1])
            objective = logistic_objective
        if classes == 2 and classifier == "svm":  # one problem: the side of the second class
            labels = 1 - fitted_to[1]
            best = objective(c, theirs.coef_, theirs.intercept_, features, labels)
        else:
            best = objective(c, theirs.coef_, theirs.intercept_, features, fitted_to[1])
        self.assertLess(abs(ours["objective"] - best), 1e-4 * best)
        weights, biases = ours["weights"], ours["biases"]
        if classes == 2:
            weights, biases = weights[1:], biases[1:]
        labels = 1 - fitted_to[1] if classes == 2 and classifier == "svm" else fitted_to[1]
        self.assertLess(abs(objective(c, weights, biases, features, labels) - best), 1e-4 * best)
        chosen = ours["scores"].argmax(axis=1)
        self.assertGreaterEqual((chosen == theirs.predict(queries)).mean(), 0.995)
        self.assertGreater((chosen == asked[1]).mean(), 1.5 / classes)  # and it is no constant

    def test_objectives_and_predictions_are_those_of_scikit_learn(self):
        for case in itertools.product(["svm", "logistic"], [2, 3, 12], [0.01, 1, 30], [False, True]):
            with self.subTest(case):
                self.compare(*case)

    def test_the_same_fit_twice_gives_the_same_bits(self):
        for classifier in ("svm", "logistic"):
            description = {"classifier": classifier, "C": 1, "standardise": False, "classes": 5}
            first, second = (fit(description, images(300, 5, 20, 1), images(50, 5, 20, 2)) for _ in range(2))
            self.assertEqual(first["scores"].tobytes(), second["scores"].tobytes())

    def test_a_feature_that_never_varies_is_no_trouble(self):
        features, labels = images(200, 3, 10, 1)
        features[:, 4] = 2.5
        for classifier in ("svm", "logistic"):
            ours = fit({"classifier": classifier, "C": 1, "standardise": True, "classes": 3}, (features, labels),
                       (features, labels))
            self.assertTrue(np.isfinite(ours["scores"]).all())


if __name__ == "__main__":
    unittest.main()
