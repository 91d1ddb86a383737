#pragma once
// Study texts that several tests start from.
#include <string>

namespace espalier::study::testing {

/// The small Plested study as the design shows it.
inline const std::string kDesignStudy = R"toml([study]
name = "plested-omniglot"
seed = 20190

[data.omniglot]                       # images; raw sources are packed on first use and found by content after
format = "idx"                        # idx | cifar | folder (JPEG, PNG) | pack | made (procedural)
images = "data/omniglot/background-images-28x28-idx3-ubyte.gz"
labels = "data/omniglot/background-labels-idx1-int16.gz"
order  = "shuffled"                   # default: a fixed shuffle keyed by the data's digest; or "file"
test   = { per_class = 5 }            # or files of their own
valid  = { per_class = 3 }            # selections use these, never the test images

[split]                               # class halves, drawn anew for each split
kind = "random"                       # random | listed | none; later also clustered, minimal, and splits by image
count = 4
source = 100                          # classes; target = 60 below; what is left over is not used
target = 60

[source.half]                         # what is transferred from: one pretraining per split
data = "omniglot"
classes = "split.source"
train = { epochs = 60, warn_below = 0.6 }    # validation top-1 of a usable source; or checkpoint = "alexnet.safetensors" instead

[target.other]                        # several of each are possible; `source` and `target` are axes then
data = "omniglot"
classes = "split.target"

[network]
name = "cifar7"                       # or units = [...]

[train]                               # defaults for every training
batch = 64
epochs = 60                           # durations are epochs, or "2000 steps"
momentum = 0.9
weight_decay = 5e-4
evaluate = { every = 1 }              # epochs; the last is always evaluated
rates = [                             # first match wins; each group has its own schedule
  { units = "top",  start = 0.01,  factor = 0.1, first = 30, every = 30 },
  { units = "rest", start = 0.001, factor = 0.1, first = 30, every = 30 },
]

[[experiment]]                        # 3.1
name  = "transferred"
axes  = { transferred = [0, 1, 2, 3, 4, 5, 6], per_class = [1, 2, 4, 8, "all"] }
fixed = { high_units = "all", decay_epoch = 30, frozen = 0 }

[[experiment]]                        # 3.3
name  = "transferred-by-decay"
axes  = { transferred = [3, 4, 5, 6], decay_epoch = [5, 30], per_class = [1, 2, 4, 8, "all"] }
fixed = { high_units = 1, frozen = 0 }

[[experiment]]                        # 3.4
name  = "decay-epoch"
axes  = { decay_epoch = [0, 1, 3, 5, 10, 20, 30], per_class = [1, 2, 4, 8, "all"] }
fixed = { transferred = 5, high_units = 1, frozen = 0 }

[[experiment]]                        # 3.5: n and e from the best over two experiments, size by size
name  = "frozen"
axes  = { frozen = [0, 1, 2, 3, 4, 5, 6], per_class = [1, 2, 4, 8, "all"] }
fixed = { high_units = 1 }
take  = [{ values = ["transferred", "decay_epoch"], from = ["transferred-by-decay", "decay-epoch"], best = "valid.top1", mean_over = ["split"], per = ["per_class"] }]
exclude = [{ name = "frozen beyond transferred", when = "frozen > transferred" }]     # judged after `take`

[[experiment]]                        # 3.6: cases are a categorical axis, each with its own values
name  = "optimum"
axes  = { case = ["optimal", "common", "scratch"], per_class = [1, 2, 4, 8, "all"] }
case.optimal = { take = [{ values = ["transferred", "high_units", "decay_epoch", "frozen"], from = ["frozen"], best = "valid.top1", mean_over = ["split"], per = ["per_class"] }] }
case.common  = { transferred = 6, high_units = "all", decay_epoch = 30, frozen = 0 }
case.scratch = { transferred = 0, high_units = "all", decay_epoch = 30, frozen = 0 }

[[resources]]                         # first match wins; `images` = training images of the task
when = "images >= 100000"
workers = 4

[[figure]]                            # drawn by `report`
experiment = "frozen"
x = "frozen"
series = "per_class"
y = "test.top1"
)toml";

/// The least a study says: 9 lines.
inline const std::string kSmallStudy = R"toml([study]
name = "small"
[data.d]
format = "made"
test = { per_class = 5 }
valid = { per_class = 3 }
[source.s]
data = "d"
[target.t]
data = "d"
[network]
name = "cifar7"
[[experiment]]
name = "a"
axes = { transferred = [0, 6] }
)toml";

}  // namespace espalier::study::testing
