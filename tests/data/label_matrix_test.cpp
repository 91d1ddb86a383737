// Tables and matrices of several labels an image, packs and image sets of them.
#include "espalier/data/label_matrix.hpp"

#include <algorithm>

#include "espalier/core/errors.hpp"
#include "espalier/data/image_set.hpp"
#include "espalier/data/resolve.hpp"
#include "support/catch_after_torch.hpp"
#include "temporary_folder.hpp"

namespace espalier::data {
namespace {

using Catch::Contains;

at::Tensor matrix_of(const std::vector<int>& values, std::int64_t labels) {
  return at::tensor(values, at::kInt).to(at::kByte).view({-1, labels});
}

/// Image i of 12 has the label k where bit k of i is set; image 5 is difficult for the last.
Pack pack_of_bits() {
  std::vector<int> values;
  for (int i = 0; i < 12; ++i) {
    for (int k = 0; k < 3; ++k) values.push_back(i == 5 && k == 2 ? 255 : (i >> k) & 1);
  }
  at::Tensor images = at::arange(12, at::kByte).view({12, 1, 1, 1}).expand({12, 1, 2, 2}).contiguous();
  return make_pack(images, matrix_of(values, 3), {"one", "two", "four"});
}

std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "(no error)";
}

std::string table_refusal(const std::string& text) {
  const TemporaryFolder folder;
  put_bytes(folder / "labels.csv", text);
  return refusal([&] { read_label_table(folder / "labels.csv"); });
}

task::LabelMap all_three() { return task::one_output_each({0, 1, 2}); }

}  // namespace

TEST_CASE("labels: a table has a line an image, values quoted or not, and ends of lines of any kind") {
  const TemporaryFolder folder;
  put_bytes(folder / "labels.csv",
            "\xEF\xBB\xBF"
            "file,cat,\"big, \"\"old\"\" dog\"\r\na.png,1,0\r\n\r\n\"b,c.png\",difficult,1");
  const auto table = read_label_table(folder / "labels.csv");
  CHECK(table.names == std::vector<std::string>{"cat", "big, \"old\" dog"});
  CHECK(table.files == std::vector<std::string>{"a.png", "b,c.png"});
  CHECK(table.matrix.equal(matrix_of({1, 0, 255, 1}, 2)));
}

TEST_CASE("labels: what is wrong with a table is said with its line") {
  CHECK_THAT(table_refusal(""), Contains("is empty"));
  CHECK_THAT(table_refusal("file\na,1\n"), Contains("line 1: this is no header of labels"));
  CHECK_THAT(table_refusal("image,cat\na,1\n"), Contains("it begins with 'image'"));
  CHECK_THAT(table_refusal("file,cat,cat\n"), Contains("label 'cat' stands twice"));
  CHECK_THAT(table_refusal("file,cat,\n"), Contains("a label has no name"));
  CHECK_THAT(table_refusal("file,cat\n"), Contains("names no image"));
  CHECK_THAT(table_refusal("file,cat\na,1\nb,2\n"), Contains("line 3: label 'cat' is '2'"));
  CHECK_THAT(table_refusal("file,cat\na,1,0\n"), Contains("line 2: there are 3 values"));
  CHECK_THAT(table_refusal("file,cat\na,1\na,0\n"), Contains("line 3: 'a' stands twice"));
  CHECK_THAT(table_refusal("file,cat\n\"a,1\n"), Contains("line 2: a quote does not end"));
}

TEST_CASE("labels: bytes of a matrix are 0, 1 or 255, and a label that is never 1 cannot be learnt") {
  CHECK_THAT(refusal([] { check_matrix(matrix_of({0, 1, 255, 7}, 2), "'x'"); }),
             Contains("'x' has the value 7 for image 1 and label 1"));
  CHECK_THAT(refusal([] { check_matrix(at::zeros({3, 0}, at::kByte), "'x'"); }), Contains("'x' has no label"));
  check_matrix(matrix_of({0, 1, 255, 0}, 2), "'x'");
  CHECK_THAT(refusal([] { check_is_learnable(matrix_of({0, 1, 255, 0}, 2), {"cat", "dog"}, "'x'"); }),
             Contains("label 'cat' of 'x' is never 1 ("));
  const auto counts = label_counts(pack_of_bits().labels);
  CHECK(counts.positives == std::vector<std::int64_t>{6, 6, 3});
  CHECK(counts.difficult == std::vector<std::int64_t>{0, 0, 1});
}

TEST_CASE("labels: a pack holds its matrix, and its digest covers it") {
  const TemporaryFolder folder;
  const Pack pack = pack_of_bits();
  write_pack(folder / "pack", pack);
  const Pack read = open_pack(folder / "pack");
  CHECK(read.labels.equal(pack.labels));
  CHECK(read.class_counts() == std::vector<std::int64_t>{12, 12, 12});
  verify_pack(read, folder / "pack");
  at::Tensor other = pack.labels.clone();
  other[3][0] = 255;
  CHECK(make_pack(pack.images, other, pack.class_names).digest != pack.digest);
  const at::Tensor reshaped = pack.labels.view({12, 3}).slice(1, 0, 1).contiguous();
  CHECK(make_pack(pack.images, reshaped, {"one"}).digest != pack.digest);
  const auto facts = facts_of(pack, folder / "pack");
  CHECK(facts.positives == std::vector<std::int64_t>{6, 6, 3});
}

TEST_CASE(
    "labels: an image set has each image once, with a row of labels; difficult ones and outputs of others do not "
    "count") {
  const TemporaryFolder folder;
  const Pack pack = pack_of_bits();
  write_pack(folder / "pack", pack);
  const PackPaths packs{{pack.digest, folder / "pack"}};
  task::ImageSetSpec spec;
  spec.data = pack.digest;
  spec.order = task::ImageOrder::file;
  const auto all = select(spec, all_three(), packs);
  REQUIRE(all.size() == 12);
  CHECK(all.labels.equal(at::where(pack.labels.eq(255), at::full({}, -1.0f), pack.labels.to(at::kFloat))));
  task::LabelMap onto{{2, 0}, {3, 1}, 4, {}};
  const auto some = select(spec, onto, packs);
  CHECK(some.labels.select(1, 3).equal(all.labels.select(1, 2)));
  CHECK(some.labels.select(1, 1).equal(all.labels.select(1, 0)));
  CHECK(some.labels.select(1, 0).eq(-1).all().item<bool>());
  CHECK_THAT(refusal([&] { select(spec, task::one_output_each({3}), packs); }), Contains("there is no label 3"));
  CHECK_THAT(refusal([&] { select(spec, {{0, 1}, {0, 0}, 1, {}}, packs); }), Contains("two labels have one output"));
}

TEST_CASE("labels: parts of such images are apart and make up the whole; larger samples hold smaller ones") {
  const TemporaryFolder folder;
  const Pack pack = pack_of_bits();
  write_pack(folder / "pack", pack);
  const PackPaths packs{{pack.digest, folder / "pack"}};
  task::ImageSetSpec train, valid, test;
  train.data = valid.data = test.data = pack.digest;
  train.partition.behind = 5;
  valid.partition.behind = 2;
  valid.partition.length = 3;
  test.partition.length = 2;
  std::vector<std::int64_t> rows;
  for (const auto* spec : {&train, &valid, &test}) {
    const auto set = select(*spec, all_three(), packs);
    rows.insert(rows.end(), set.rows.begin(), set.rows.end());
  }
  const auto whole = rows;
  std::sort(rows.begin(), rows.end());
  REQUIRE(rows.size() == 12);
  for (std::size_t i = 0; i < rows.size(); ++i) CHECK(rows[i] == static_cast<std::int64_t>(i));
  for (const std::int64_t count : {1, 4, 7}) {
    train.sample = {task::SampleRule::first, count, 0};
    const auto set = select(train, all_three(), packs);
    CHECK(std::equal(set.rows.begin(), set.rows.end(), whole.begin()));
    CHECK(set.size() == count);
  }
  std::vector<std::int64_t> before;
  for (const std::int64_t count : {2, 5}) {
    train.sample = {task::SampleRule::random_over_all, count, 9};
    const auto set = select(train, all_three(), packs);
    CHECK(set.size() == count);
    for (const auto row : before) CHECK(std::find(set.rows.begin(), set.rows.end(), row) != set.rows.end());
    before = set.rows;
  }
}

}  // namespace espalier::data
