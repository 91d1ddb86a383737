"""Random streams as src/core/seed.cpp defines them, written again from its description."""
import hashlib

WHOLE = 2 ** 64


def seed_of(study, *parts):
    """A stream's seed by its key."""
    key = f"seed:{study}" + "".join(f"|s{len(part)}:{part}" if isinstance(part, str) else f"|i{part}" for part in parts)
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")


class Stream:
    """splitmix64 (Steele, Lea, Flood 2014)."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % WHOLE
        z = (self.state ^ (self.state >> 30)) * 0xBF58476D1CE4E5B9 % WHOLE
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WHOLE
        return z ^ (z >> 31)

    def below(self, bound):
        """A whole number in [0, bound), without modulo bias."""
        while True:
            value = self.next()
            if value < bound * ((WHOLE - 1) // bound):
                return value % bound

    def uniform(self):
        """A number in [0, 1), of 53 bits."""
        return (self.next() >> 11) * 2.0 ** -53


def training_rows(labels, key, held_out, order="shuffled"):
    """The rows of a pack that `held_out` images at each class's end leave for training. `labels`: an array; `key`: the digest of the
    pack, or of its origin."""
    rows = []
    for kind in sorted(set(labels.tolist())):
        own = [row for row, label in enumerate(labels.tolist()) if label == kind]
        if order == "shuffled":
            own = [own[place] for place in permutation(len(own), seed_of(0, "image order", key, kind))]
        rows += own[:len(own) - held_out]
    return rows


def permutation(count, seed):
    """Fisher and Yates's."""
    stream, order = Stream(seed), list(range(count))
    for i in range(count, 1, -1):
        j = stream.below(i)
        order[i - 1], order[j] = order[j], order[i - 1]
    return order
