#include <rapidcheck.h>

#include <map>
#include <set>

#include "espalier/core/errors.hpp"
#include "espalier/data/subset.hpp"
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

struct Shelf {
  TemporaryFolder folder;
  PackPaths packs;
  Pack add(const Pack& pack) {
    const auto file = folder / (pack.digest + ".safetensors");
    write_pack(file, pack);
    packs[pack.digest] = file.string();
    return pack;
  }
};

task::SubsetSpec spec_of(const Pack& pack, std::int32_t per_class, std::int32_t valid, std::int32_t test) {
  task::SubsetSpec spec;
  spec.data = pack.digest;
  spec.per_class = per_class;
  spec.valid_per_class = valid;
  spec.test_per_class = test;
  return spec;
}

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

}  // namespace

TEST_CASE("select_images: training, validation and test images never overlap, whatever the sizes") {
  Shelf shelf;
  const Pack pack = shelf.add(pack_of({9, 3, 0, 14}));

  const bool ok = rc::check([&] {
    const auto spec = spec_of(pack, *rc::gen::inRange(0, 16), *rc::gen::inRange(0, 6), *rc::gen::inRange(0, 6));
    const TaskImages images = select_images(spec, {{3, 0, 1, 2}}, shelf.packs);
    std::set<std::int64_t> all = set_of(images.train.rows);
    for (const auto* set : {&images.valid, &images.test}) all.merge(set_of(set->rows));
    RC_ASSERT(static_cast<std::int64_t>(all.size()) == images.train.size() + images.valid.size() + images.test.size());
  });

  CHECK(ok);
}

TEST_CASE("select_images: a smaller size is the beginning of a larger one, class by class") {
  Shelf shelf;
  const Pack pack = shelf.add(pack_of({12, 7, 20}));

  const bool ok = rc::check([&] {
    const int small = *rc::gen::inRange(0, 20), large = *rc::gen::inRange(small, 25);
    const TaskImages few = select_images(spec_of(pack, small, 2, 3), {{0, 1, 2}}, shelf.packs);
    const TaskImages many = select_images(spec_of(pack, large, 2, 3), {{0, 1, 2}}, shelf.packs);
    for (int label = 0; label < 3; ++label)
      RC_ASSERT(begins_with(rows_with_label(many.train, label), rows_with_label(few.train, label)));
    RC_ASSERT(few.valid.rows == many.valid.rows);
    RC_ASSERT(few.test.rows == many.test.rows);
  });

  CHECK(ok);
}

TEST_CASE("select_images: which images a class gives does not depend on the other classes or on its label") {
  Shelf shelf;
  const Pack pack = shelf.add(pack_of({10, 10, 10}));

  const TaskImages alone = select_images(spec_of(pack, 4, 2, 2), {{1}}, shelf.packs);
  const TaskImages second = select_images(spec_of(pack, 4, 2, 2), {{2, 1}}, shelf.packs);

  CHECK(rows_with_label(second.train, 1) == alone.train.rows);
  CHECK(rows_with_label(second.test, 1) == alone.test.rows);
  CHECK(rows_with_label(second.train, 0) != alone.train.rows);
}

TEST_CASE("select_images: labels are positions in the class list, and images are those of the class") {
  Shelf shelf;
  const Pack pack = shelf.add(pack_of({5, 6, 7}));

  const TaskImages images = select_images(spec_of(pack, 3, 1, 1), {{2, 0}}, shelf.packs);

  REQUIRE(images.train.size() == 6);
  for (std::int64_t i = 0; i < 6; ++i) {
    const auto label = images.train.labels[i].item<std::int64_t>();
    CHECK(label == i / 3);
    CHECK(pack.labels[images.train.rows[static_cast<std::size_t>(i)]].item<std::int32_t>() == (label == 0 ? 2 : 0));
  }
}

TEST_CASE("select_images: file order takes the first, validation stands right before test at the end") {
  Shelf shelf;
  const Pack pack = shelf.add(pack_of({10}));
  task::SubsetSpec spec = spec_of(pack, 4, 2, 3);
  spec.order = task::ImageOrder::file;

  const TaskImages images = select_images(spec, {{0}}, shelf.packs);

  CHECK(images.train.rows == Rows{0, 1, 2, 3});
  CHECK(images.valid.rows == Rows{5, 6});
  CHECK(images.test.rows == Rows{7, 8, 9});
}

TEST_CASE("select_images: the shuffled order is fixed by the images, not by the run") {
  Shelf shelf;
  const Pack pack = shelf.add(pack_of({30})), other = shelf.add(pack_of({30}, 1));

  const Rows once = select_images(spec_of(pack, 30, 0, 0), {{0}}, shelf.packs).train.rows;
  const Rows again = select_images(spec_of(pack, 30, 0, 0), {{0}}, shelf.packs).train.rows;
  const Rows others = select_images(spec_of(other, 30, 0, 0), {{0}}, shelf.packs).train.rows;

  CHECK(once == again);
  CHECK(once != others);
  CHECK_FALSE(std::is_sorted(once.begin(), once.end()));
}

TEST_CASE("select_images: test images of their own come from the other pack, all of them") {
  Shelf shelf;
  const Pack pack = shelf.add(pack_of({8, 8})), held = shelf.add(pack_of({3, 5}, 7));
  task::SubsetSpec spec = spec_of(pack, 6, 2, 0);
  spec.test_data = held.digest;

  const TaskImages images = select_images(spec, {{1}}, shelf.packs);

  CHECK(images.train.size() == 6);
  CHECK(images.test.size() == 5);
  CHECK(images.test.images[0][0][0][0].item<int>() == 7);
}

TEST_CASE("select_images: what is not at hand, of other content or beyond the classes is refused by name") {
  Shelf shelf;
  const Pack pack = shelf.add(pack_of({4})), other = shelf.add(pack_of({4}, 1));

  CHECK_THROWS_AS(select_images(spec_of(pack, 1, 0, 0), {{1}}, shelf.packs), UsageError);
  CHECK_THROWS_AS(select_images(spec_of(pack, 1, 0, 0), {{0}}, {}), UsageError);
  CHECK_THROWS_AS(select_images(spec_of(pack, 1, 0, 0), {{0}}, {{pack.digest, shelf.packs[other.digest]}}),
                  CorruptionError);
}

}  // namespace espalier::data
