// Image sets by their properties: parts, samples and orders, and the rows that earlier versions gave.
#include <rapidcheck.h>

#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/core/seed.hpp"
#include "espalier/data/image_set.hpp"
#include "support/catch_after_torch.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

using Rows = std::vector<std::int64_t>;

/// Class c has counts[c] images of 1 x 1 x 2 whose pixels tell row and class; classes take turns in the file.
Pack pack_of(const std::vector<std::int64_t>& counts, std::uint8_t salt = 0) {
  std::vector<std::int32_t> labels;
  std::vector<std::string> names;
  std::int64_t most = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    names.push_back("class " + std::to_string(c));
    most = std::max(most, counts[c]);
  }
  for (std::int64_t i = 0; i < most; ++i) {
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (i < counts[c]) labels.push_back(static_cast<std::int32_t>(c));
    }
  }
  at::Tensor images = at::full({static_cast<std::int64_t>(labels.size()), 1, 1, 2}, salt, at::kByte);
  for (std::size_t i = 0; i < labels.size(); ++i)
    images[static_cast<std::int64_t>(i)][0][0][1] = static_cast<int>(i % 251);
  return make_pack(images, at::tensor(labels, at::kInt), names);
}

struct PackFolder {
  TemporaryFolder folder;
  PackPaths packs;
  Pack add(const Pack& pack) {
    const auto file = folder / (pack.digest + ".safetensors");
    write_pack(file, pack);
    packs[pack.digest] = file.string();
    return pack;
  }
  /// An output for each of the classes.
  ImageSet select(const task::ImageSetSpec& spec, const std::vector<std::int32_t>& classes) const {
    return data::select(spec, task::one_output_each(classes), packs);
  }
};

task::ImageSetSpec spec_of(const Pack& pack, const task::PartitionSpec& partition = {},
                           const task::SampleSpec& sample = {}) {
  return {pack.digest, "", partition, sample};
}

task::SampleSpec first(std::int64_t count) { return {task::SampleRule::first, count}; }

std::set<std::int64_t> set_of(const Rows& rows) { return {rows.begin(), rows.end()}; }

Rows rows_with_label(const ImageSet& set, std::int64_t label) {
  Rows rows;
  for (std::int64_t i = 0; i < set.size(); ++i) {
    if (set.labels[i].item<std::int64_t>() == label) rows.push_back(set.rows[static_cast<std::size_t>(i)]);
  }
  return rows;
}

bool begins_with(const Rows& longer, const Rows& shorter) {
  return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

/// Rows of one class as versions before image sets divided them: training from the front, then validation, then test.
struct Divided {
  Rows train, valid, test;
};
Divided divided(const Pack& pack, std::int32_t label, std::size_t per_class, std::size_t valid, std::size_t test) {
  Rows file, rows;
  for (std::int64_t i = 0; i < pack.labels.size(0); ++i) {
    if (pack.labels[i].item<std::int32_t>() == label) file.push_back(i);
  }
  const auto seed = seed_of(0, {"image order", pack.digest, std::int64_t{label}});
  for (const auto i : permutation(static_cast<std::int32_t>(file.size()), seed)) {
    rows.push_back(file[static_cast<std::size_t>(i)]);
  }
  const std::size_t test_from = rows.size() - std::min(test, rows.size());
  const std::size_t valid_from = test_from - std::min(valid, test_from);
  const auto at = [&](std::size_t i) { return rows.begin() + static_cast<std::ptrdiff_t>(i); };
  return {{at(0), at(std::min(per_class, valid_from))}, {at(valid_from), at(test_from)}, {at(test_from), rows.end()}};
}

/// Classes 0 and 2 of four are taught as output 1, the others as output 0.
const task::LabelMap kCoarse{{0, 1, 2, 3}, {1, 0, 1, 0}, 2, {}};

}  // namespace

TEST_CASE("image set: ranges and first samples are the rows that earlier versions divided, to the row") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({9, 3, 0, 14}));

  const bool ok = rc::check([&] {
    const int size = *rc::gen::inRange(1, 16), valid = *rc::gen::inRange(1, 6), test = *rc::gen::inRange(1, 6);
    const ImageSet trained = folder.select(spec_of(pack, {.behind = valid + test}, first(size)), {3, 0, 1, 2}),
                   validated = folder.select(spec_of(pack, {.behind = test, .length = valid}), {3, 0, 1, 2}),
                   tested = folder.select(spec_of(pack, {.length = test}), {3, 0, 1, 2});
    std::int64_t output = 0;
    for (const std::int32_t label : {3, 0, 1, 2}) {
      const Divided before = divided(pack, label, static_cast<std::size_t>(size), static_cast<std::size_t>(valid),
                                     static_cast<std::size_t>(test));
      RC_ASSERT(rows_with_label(trained, output) == before.train);
      RC_ASSERT(rows_with_label(validated, output) == before.valid);
      RC_ASSERT(rows_with_label(tested, output++) == before.test);
    }
    RC_ASSERT(std::is_sorted(trained.labels.const_data_ptr<std::int64_t>(),
                             trained.labels.const_data_ptr<std::int64_t>() + trained.size()));
    RC_ASSERT(trained.data == pack.digest);
  });

  CHECK(ok);
}

TEST_CASE("image set: the shares of a partition are disjoint and cover, class by class, in the class's order") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({10, 7, 1, 0, 23}));
  const std::vector<std::int32_t> classes{0, 1, 2, 3, 4};

  const bool ok = rc::check([&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const int percent = *rc::gen::inRange(0, 101), second = *rc::gen::inRange(0, 101 - percent);
    task::PartitionSpec partition;
    partition.shares = {percent / 100.0, second / 100.0, (100 - percent - second) / 100.0};
    partition.seed = seed;
    const Rows all = folder.select(spec_of(pack), classes).rows;
    Rows together;
    for (partition.share = 0; partition.share < 3; ++partition.share) {
      const Rows part = folder.select(spec_of(pack, partition), classes).rows;
      std::size_t next = 0;  // order is kept
      for (const auto row : all) next += next < part.size() && part[next] == row;
      RC_ASSERT(next == part.size());
      together.insert(together.end(), part.begin(), part.end());
    }
    RC_ASSERT(together.size() == all.size());
    RC_ASSERT(set_of(together) == set_of(all));
  });

  CHECK(ok);
}

TEST_CASE("image set: k folds cover each share once, and `without` is what `only` leaves") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({11, 4, 2}));

  const bool ok = rc::check([&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    task::PartitionSpec partition;
    partition.shares = {0.7, 0.3};
    partition.behind = 1;
    partition.seed = seed;
    const Rows all = folder.select(spec_of(pack, partition), {0, 1, 2}).rows;
    partition.folds = *rc::gen::inRange(1, 6);
    std::multiset<std::int64_t> covered;
    for (partition.fold = 0; partition.fold < partition.folds; ++partition.fold) {
      partition.fold_use = task::FoldUse::only;
      const auto only = set_of(folder.select(spec_of(pack, partition), {0, 1, 2}).rows);
      partition.fold_use = task::FoldUse::without;
      auto both = set_of(folder.select(spec_of(pack, partition), {0, 1, 2}).rows);
      RC_ASSERT(both.size() + only.size() == all.size());
      covered.insert(only.begin(), only.end());
      both.insert(only.begin(), only.end());
      RC_ASSERT(both == set_of(all));
    }
    RC_ASSERT(covered == std::multiset<std::int64_t>(all.begin(), all.end()));
  });

  CHECK(ok);
}

TEST_CASE("image set: an image is in the same part whichever labels the network is taught by") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({12, 5, 9, 8}));
  task::PartitionSpec partition;
  partition.shares = {0.6, 0.4};
  partition.share = 1;
  partition.behind = 1;
  partition.folds = 3;
  partition.fold_use = task::FoldUse::without;

  const ImageSet fine = folder.select(spec_of(pack, partition), {3, 1, 0, 2}),
                 coarse = select(spec_of(pack, partition), kCoarse, folder.packs);

  CHECK(set_of(coarse.rows) == set_of(fine.rows));
  Rows odd = rows_with_label(fine, 0), of_output = rows_with_label(coarse, 0);  // classes 3 and 1
  for (const auto row : rows_with_label(fine, 1)) odd.push_back(row);
  CHECK(set_of(of_output) == set_of(odd));
}

TEST_CASE("image set: an output of several classes takes them in turn, or merges them in the file's order") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({4, 2, 3, 0}));
  auto spec = spec_of(pack);
  const ImageSet fine = folder.select(spec, {0, 2});
  const Rows a = rows_with_label(fine, 0), b = rows_with_label(fine, 1);

  CHECK(rows_with_label(select(spec, kCoarse, folder.packs), 1) == Rows{a[0], b[0], a[1], b[1], a[2], b[2], a[3]});

  spec.sample = first(3);
  CHECK(rows_with_label(select(spec, kCoarse, folder.packs), 1) == Rows{a[0], b[0], a[1]});

  spec = spec_of(pack);
  spec.order = task::ImageOrder::file;
  const Rows merged = rows_with_label(select(spec, kCoarse, folder.packs), 1);
  CHECK(merged.size() == 7);
  CHECK(std::is_sorted(merged.begin(), merged.end()));
}

TEST_CASE("image set: a smaller sample is the beginning of a larger one of the same rule and seed") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({12, 7, 20, 1}));

  const bool ok = rc::check([&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto rule = *rc::gen::element(task::SampleRule::first, task::SampleRule::random,
                                        task::SampleRule::random_over_all, task::SampleRule::random_by_class);
    const int small = *rc::gen::inRange(0, 45), large = *rc::gen::inRange(small, 50);
    const auto of = [&](std::int64_t count) {
      return select(spec_of(pack, {.behind = 2}, {rule, count, seed}), kCoarse, folder.packs);
    };
    const ImageSet few = of(small), many = of(large), all = select(spec_of(pack, {.behind = 2}), kCoarse, folder.packs);
    for (int output = 0; output < 2; ++output) {
      RC_ASSERT(begins_with(rows_with_label(many, output), rows_with_label(few, output)));
      const auto whole = static_cast<int>(rows_with_label(all, output).size());
      const auto drawn = static_cast<int>(rows_with_label(few, output).size());
      if (rule != task::SampleRule::random_over_all) RC_ASSERT(drawn == std::min(small, whole));
    }
    if (rule == task::SampleRule::random_over_all) RC_ASSERT(few.size() == std::min<std::int64_t>(small, all.size()));
    RC_ASSERT(static_cast<std::int64_t>(set_of(many.rows).size()) == many.size());
  });

  CHECK(ok);
}

TEST_CASE("image set: random samples differ by seed") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({30, 30}));
  for (const auto rule :
       {task::SampleRule::random, task::SampleRule::random_over_all, task::SampleRule::random_by_class}) {
    const auto of = [&](std::uint64_t seed) { return folder.select(spec_of(pack, {}, {rule, 10, seed}), {0, 1}).rows; };
    CHECK(of(1) == of(1));
    CHECK(of(1) != of(2));
  }
}

TEST_CASE("image set: which images a class gives does not depend on the other classes or on its output") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({10, 10, 10}));
  const auto spec = spec_of(pack, {.behind = 4}, first(4));

  const ImageSet alone = folder.select(spec, {1}), second = folder.select(spec, {2, 1});

  CHECK(rows_with_label(second, 1) == alone.rows);
  CHECK(rows_with_label(second, 0) != alone.rows);
}

TEST_CASE("image set: a draw by class gives each class the same images, whatever classes and outputs stand beside it") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({30, 30, 30, 30}));
  const auto spec = spec_of(pack, {.behind = 4}, {task::SampleRule::random_by_class, 6, 9});

  const ImageSet alone = folder.select(spec, {2}), many = folder.select(spec, {3, 0, 2});
  const task::LabelMap coarse{{0, 2}, {0, 0}, 1, {}};
  const ImageSet joined = select({spec.data, "", spec.partition, {spec.sample.rule, 12, 9}}, coarse, folder.packs);

  CHECK(rows_with_label(many, 2) == alone.rows);
  const auto half = set_of(joined.rows);  // twice as many of two classes: six of each
  CHECK(std::all_of(alone.rows.begin(), alone.rows.end(), [&](auto row) { return half.contains(row); }));
  CHECK(rows_with_label(many, 0) != alone.rows);
}

TEST_CASE("image set: labels are outputs of the map, and images are those of the class") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({5, 6, 7}));

  const ImageSet images = folder.select(spec_of(pack, {.behind = 2}, first(3)), {2, 0});

  REQUIRE(images.size() == 6);
  for (std::int64_t i = 0; i < 6; ++i) {
    const auto label = images.labels[i].item<std::int64_t>();
    CHECK(label == i / 3);
    CHECK(pack.labels[images.rows[static_cast<std::size_t>(i)]].item<std::int32_t>() == (label == 0 ? 2 : 0));
  }
}

TEST_CASE("image set: the shuffled order is fixed by the images, not by the run; file order leaves them") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({30})), other = folder.add(pack_of({30}, 1));
  auto in_file = spec_of(pack);
  in_file.order = task::ImageOrder::file;

  const Rows once = folder.select(spec_of(pack), {0}).rows, again = folder.select(spec_of(pack), {0}).rows;
  const Rows others = folder.select(spec_of(other), {0}).rows, plain = folder.select(in_file, {0}).rows;

  CHECK(once == again);
  CHECK(once != others);
  CHECK_FALSE(std::is_sorted(once.begin(), once.end()));
  CHECK(std::is_sorted(plain.begin(), plain.end()));
  CHECK(plain.size() == 30);
}

TEST_CASE("image set: what is not at hand, of other content, or impossible is refused by name") {
  PackFolder folder;
  const Pack pack = folder.add(pack_of({4})), other = folder.add(pack_of({4}, 1));
  const auto map = task::one_output_each({0});

  CHECK_THROWS_AS(folder.select(spec_of(pack), {1}), UsageError);
  CHECK_THROWS_AS(select(spec_of(pack), map, {}), UsageError);
  CHECK_THROWS_AS(select(spec_of(pack), map, {{pack.digest, folder.packs[other.digest]}}), EnvironmentError);
  CHECK_THROWS_AS(folder.select(spec_of(pack), {0, 0}), UsageError);
  for (const task::PartitionSpec& wrong :
       {task::PartitionSpec{.shares = {0.5, 0.6}}, task::PartitionSpec{.shares = {-0.1}},
        task::PartitionSpec{.shares = {0.5}, .share = 1}, task::PartitionSpec{.fold_use = task::FoldUse::only},
        task::PartitionSpec{.folds = 3, .fold = 3, .fold_use = task::FoldUse::only}}) {
    CHECK_THROWS_AS(folder.select(spec_of(pack, wrong), {0}), UsageError);
  }
}

TEST_CASE("joined: all images of each part in turn, labelled by part, and shapes must be equal") {
  ImageSet first{at::arange(12, at::kByte).view({6, 1, 1, 2}), {4, 1}, at::zeros({2}, at::kLong), "a"};
  ImageSet second{at::arange(100, 108, at::kByte).view({4, 1, 1, 2}), {3}, at::ones({1}, at::kLong), "b"};
  const auto share = [](const ImageSet& set) { return std::make_shared<const ImageSet>(set); };
  const ImageSet whole = joined({share(first), share(second)}, "both");
  CHECK(whole.data == "both");
  CHECK(whole.rows == Rows{0, 1, 2});
  CHECK(whole.labels.equal(at::tensor({0, 0, 1}, at::kLong)));
  CHECK(whole.images.flatten().equal(at::tensor({8, 9, 2, 3, 106, 107}, at::kByte)));
  second.images = second.images.view({2, 1, 2, 2});
  second.rows = {1};
  CHECK_THROWS_WITH(joined({share(first), share(second)}, "both"), Catch::Contains("their shapes differ"));
}

}  // namespace espalier::data
