"""Means of average precision of random scores with ties and difficult images: against scikit-learn, and against the devkits of
PASCAL VOC, written in NumPy after VOCevalcls.m and VOCap.m of 2007 and 2010."""
import json
import os
import subprocess
import tempfile
import unittest

import numpy as np
from safetensors.numpy import save_file
from sklearn.metrics import average_precision_score

TRAINER = os.path.join(os.environ["ESPALIER_BIN"], "espalier-trainer")


def curve(scores, labels):
    """VOCevalcls: labels 1, -1, or 0 where the image is difficult; sort is stable."""
    order = np.argsort(-scores, kind="stable")
    gt = labels[order]
    found, missed = np.cumsum(gt > 0), np.cumsum(gt < 0)
    with np.errstate(invalid="ignore"):
        return found, found / (found + missed)


def voc2010(scores, labels):
    found, precision = curve(scores, labels)
    recall = np.concatenate([[0], found / found[-1], [1]])
    precision = np.concatenate([[0], np.nan_to_num(precision), [0]])
    for i in range(len(precision) - 2, -1, -1):
        precision[i] = max(precision[i], precision[i + 1])
    at = np.flatnonzero(recall[1:] != recall[:-1]) + 1
    return float(np.sum((recall[at] - recall[at - 1]) * precision[at]))


def voc2007(scores, labels):
    found, precision = curve(scores, labels)
    total = 0.0
    for step in range(11):
        there = precision[10 * found >= step * found[-1]]  # recall >= step / 10
        there = there[~np.isnan(there)]
        total += (there.max() if there.size else 0) / 11
    return total


def expected(scores, labels):
    values = {"ap": [], "ap.voc2010": [], "ap.voc2007": []}
    without = 0
    for k in range(labels.shape[1]):
        counted = labels[:, k] >= 0
        if not (labels[:, k] > 0).any():
            without += counted.any()
            continue
        values["ap"].append(average_precision_score(labels[counted, k], scores[counted, k]))
        gt = np.where(labels[:, k] > 0, 1, np.where(labels[:, k] < 0, 0, -1))
        values["ap.voc2010"].append(voc2010(scores[:, k], gt))
        values["ap.voc2007"].append(voc2007(scores[:, k], gt))
    return {name: float(np.mean(all_)) for name, all_ in values.items()}, without


def found(folder, scores, labels):
    path = os.path.join(folder, "scores")
    save_file({"score": scores, "label": labels}, path)
    done = subprocess.run([TRAINER, "probe", "scores", path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


class Precisions(unittest.TestCase):
    def test_random_scores(self):
        draws = np.random.default_rng(5)
        left_out = 0
        with tempfile.TemporaryDirectory() as folder:
            for case in range(60):
                images, labels = int(draws.integers(5, 200)), int(draws.integers(1, 12))
                scores = draws.normal(size=(images, labels)).astype(np.float32)
                if case % 2:
                    scores = np.round(scores, 1)    # many ties
                truth = draws.choice([1.0, 0.0, -1.0], (images, labels), p=[0.1, 0.8, 0.1]).astype(np.float32)
                truth[0, 0] = 1
                wanted, without = expected(scores, truth)
                got = found(folder, scores, truth)
                left_out += without
                self.assertEqual(got["no_positives"], without)
                for name, value in wanted.items():
                    self.assertAlmostEqual(got[name], value, delta=1e-12, msg=(case, name))
        self.assertGreaterEqual(left_out, 3)


if __name__ == "__main__":
    unittest.main()
