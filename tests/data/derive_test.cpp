// Packs made of others: rows, labels and order stay, and what is drawn depends on an image's row and seed alone. The
// pixels are judged by NumPy and SciPy (tests/trainer/verb_data_derive_test.py).
#include "data/derive/derive.hpp"

#include "data/derive/picture.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/data/image_set.hpp"
#include "support/catch_after_torch.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

Pack pack_of(std::int64_t count, std::int64_t first_value = 0) {
  at::Tensor images = (at::arange(count * 24, at::kLong) + first_value).remainder(251).to(at::kByte);
  return make_pack(images.view({count, 1, 4, 6}), at::arange(count, at::kInt).remainder(3), {"a", "b", "c"});
}

task::TransformSpec noise(double seed = 0) { return {"noise", {{"sigma", 20}, {"seed", seed}}, {}}; }

std::vector<std::int64_t> rows_of(const Pack& pack, const task::PartitionSpec& partition) {
  const TemporaryFolder folder;
  const auto file = folder / (pack.digest + ".safetensors");
  write_pack(file, pack);
  task::ImageSetSpec spec{pack.digest, "", partition, {task::SampleRule::random_over_all, 7, 5}};
  return select(spec, task::one_output_each({0, 1, 2}), {{pack.digest, file.string()}}).rows;
}

}  // namespace

TEST_CASE("derived: labels, classes and levels are those of the origin") {
  Pack origin = pack_of(12);
  origin.levels["coarse"] = {{0, 0, 1}, {"x", "y"}};

  const Pack made = derive(origin, {noise()}, {});

  CHECK(made.labels.equal(origin.labels));
  CHECK(made.class_names == origin.class_names);
  CHECK((made.levels == origin.levels));
  CHECK(made.origin == origin.digest);
  CHECK_FALSE(made.images.equal(origin.images));
  CHECK_NOTHROW(verify_pack(made, "made"));
}

TEST_CASE("derived: an image set has the same rows as of the origin, whatever part is taken") {
  const Pack origin = pack_of(60), made = derive(origin, {noise()}, {}), twice = derive(made, {noise(3)}, {});

  for (const task::PartitionSpec& partition :
       {task::PartitionSpec{}, task::PartitionSpec{.behind = 4}, task::PartitionSpec{.length = 8},
        task::PartitionSpec{.shares = {0.5, 0.5}, .share = 1, .behind = 3, .seed = 9},
        task::PartitionSpec{.folds = 3, .fold = 1, .fold_use = task::FoldUse::only, .seed = 2}}) {
    const auto rows = rows_of(origin, partition);
    CHECK(rows == rows_of(made, partition));
    CHECK(rows == rows_of(twice, partition));
  }
  CHECK(rows_of(origin, {}) != rows_of(pack_of(60, 1), {}));
}

TEST_CASE("derived: equal pixels of two origins are two packs, and so are those of the origin itself") {
  const Pack origin = pack_of(6);
  const task::TransformSpec nothing{"blur", {{"sigma", 0}}, {}};

  const Pack made = derive(origin, {nothing}, {});

  CHECK(made.images.equal(origin.images));
  CHECK(made.digest != origin.digest);
  CHECK(make_pack(made.images, made.labels, made.class_names, std::string(64, '0')).digest != made.digest);
}

TEST_CASE("derived: draws depend on the row, the place in the list and the seed") {
  Pack flat = make_pack(at::full({4, 1, 4, 6}, 128, at::kByte), at::zeros({4}, at::kInt), {"a"});

  const Pack once = derive(flat, {noise()}, {}), again = derive(flat, {noise()}, {});
  const Pack other = derive(flat, {noise(1)}, {});
  const Pack second = derive(flat, {{"blur", {{"sigma", 0}}, {}}, noise()}, {});

  CHECK(once.images.equal(again.images));
  CHECK_FALSE(once.images[0].equal(once.images[1]));
  CHECK_FALSE(once.images.equal(other.images));
  CHECK_FALSE(once.images.equal(second.images));
}

TEST_CASE("derived: a pack that was written keeps its origin") {
  const TemporaryFolder folder;
  const Pack made = derive(pack_of(6), {noise()}, {});
  write_pack(folder / "made", made);

  const Pack read = open_pack(folder / "made");

  CHECK(read.origin == made.origin);
  CHECK(read.order_key() == made.order_key());
  CHECK_NOTHROW(verify_pack(read, "made"));
}

TEST_CASE("derived: places beyond the border are mirrored again and again") {
  std::vector<std::int64_t> places;
  for (std::int64_t place = -4; place < 7; ++place) places.push_back(mirrored(place, 3));
  CHECK((places == std::vector<std::int64_t>{2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0}));
  CHECK(mirrored(-7, 1) == 0);
}

TEST_CASE("derived: two quarter turns are a half turn, and colours inverted twice are the same") {
  Picture picture({2, 5, 5});
  for (std::size_t i = 0; i < picture.values.size(); ++i) picture.values[i] = static_cast<double>(i * 7 % 50);
  const auto turned = [](const Picture& from, double angle) {
    const task::TransformSpec spec{"rotate", {{"angle.least", angle}, {"angle.most", angle}}, {}};
    TransformInput input{spec, SplitMix64(1)};
    return rotated(from, input);
  };
  const task::TransformSpec invert{"colour", {}, {{"to", "invert"}}};
  TransformInput input{invert, SplitMix64(1)};

  const Picture half = turned(turned(picture, 90), 90);

  for (std::size_t i = 0; i < 25; ++i) CHECK(half.values[i] == Approx(picture.values[24 - i]).margin(1e-9));
  CHECK(turned(picture, 90).at(0, 0, 0) == Approx(picture.at(0, 0, 4)));  // anticlockwise: the right border is on top
  CHECK(recoloured(recoloured(picture, input), input).values == picture.values);
}

TEST_CASE("derived: what cannot be is refused by name") {
  const Pack grey = pack_of(3);
  CHECK_THROWS_AS(derive(grey, {{"smear", {}, {}}}, {}), UsageError);
  CHECK_THROWS_WITH(derive(grey, {{"colour", {}, {{"to", "yuv"}}}}, {}), Catch::Contains("1 channel"));
  CHECK_THROWS_WITH(derive(grey, {{"blend", {}, {{"with", "photos"}}}}, {}),
                    Catch::Contains("there is no data set 'photos'"));
  CHECK_NOTHROW(derive(grey, {{"blend", {}, {{"with", "photos"}}}}, {{"photos", grey}}));
}

}  // namespace espalier::data
