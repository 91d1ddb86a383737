#include "espalier/model/exchange.hpp"

#include "espalier/core/errors.hpp"
#include "espalier/model/unit_network.hpp"
#include "support/catch_after_torch.hpp"

using namespace espalier;
using namespace espalier::model;

namespace {

const char* const kTable =
    "name\ttype\tbottoms\ttop\tcin\tcout\tkernel\tstride\tpad\tpool\n"
    "conv1\tConvolution\tdata\tconv1\t3\t8\t3\t2\t0\t\n"
    "relu1\tReLU\tconv1\tconv1\t\t\t\t1\t0\t\n"
    "pool1\tPooling\tconv1\tpool1\t\t\t3\t2\t0\tMAX\n"
    "fire/squeeze\tConvolution\tpool1\tfire/squeeze\t8\t2\t1\t1\t0\t\n"
    "fire/a\tConvolution\tfire/squeeze\tfire/a\t2\t4\t1\t1\t0\t\n"
    "fire/b\tConvolution\tfire/squeeze\tfire/b\t2\t5\t3\t1\t1\t\n"
    "fire/join\tConcat\tfire/a,fire/b\tfire/join\t\t\t\t1\t0\t\n"
    "last\tConvolution\tfire/join\tlast\t9\t6\t1\t1\t0\t\n"
    "pool_last\tPooling\tlast\tpool_last\t\t\t\t1\t0\tAVE\n";

Description described(const std::string& name) { return {*network::named(name), {3, 64, 64}, 4}; }

/// A network with drawn weights: those of a network that was only made are memory nobody wrote.
UnitNetwork drawn(const std::string& name, std::int32_t classes = 4) {
  UnitNetwork net(*network::named(name), {3, 64, 64}, classes);
  for (std::int32_t unit = 1; unit <= net.depth(); ++unit) net.reinitialise(unit, 1);
  return net;
}

}  // namespace

TEST_CASE("Caffe table: layers become units, two readers of one blob become branches") {
  const auto table = parse_caffe_table(kTable);

  REQUIRE(table.network.depth() == 3);
  CHECK(table.network.units[0].layers.size() == 3);
  CHECK(table.network.units[0].layers[2].ceil_mode);
  const auto& fire = table.network.units[1];
  REQUIRE(fire.layers.size() == 2);
  CHECK(fire.layers[1].branches.size() == 2);
  CHECK(table.names.at("fire.join.1.b.weight") == "fire.b.weight");
  const auto costs = network::infer(table.network, {3, 33, 33}, 6);
  CHECK(costs[1].output == network::Shape{9, 8, 8});
  CHECK(costs[2].output == network::Shape{6, 1, 1});
}

TEST_CASE("Caffe table: what is not understood is told with its line") {
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = kTable;
    return changed.replace(changed.find(from), from.size(), to);
  };

  CHECK_THROWS_WITH(parse_caffe_table(with("ReLU", "Sigmoid")),
                    Catch::Contains("line 3") && Catch::Contains("Sigmoid"));
  CHECK_THROWS_WITH(parse_caffe_table(with("\tpool1\tfire/sq", "\tpool7\tfire/sq")), Catch::Contains("pool7"));
  CHECK_THROWS_WITH(parse_caffe_table(with("\t8\t3\t2", "\teight\t3\t2")), Catch::Contains("cout is 'eight'"));
  CHECK_THROWS_AS(parse_caffe_table("name\n"), UsageError);
}

TEST_CASE("description: a network written as metadata is read back as it was") {
  for (const auto& name : network::names()) {
    const Description before = described(name);
    const auto after = description_of({{}, describe(before)});
    REQUIRE(after.has_value());
    CHECK(after->network == before.network);
    CHECK(after->input == before.input);
    CHECK(after->classes == 4);
  }
  CHECK_FALSE(description_of({{}, {}}).has_value());
  CHECK_THROWS_AS(units_from_json("[{\"name\": \"a\", \"colour\": 1}]"), UsageError);
  CHECK_THROWS_AS(units_from_json("[{"), UsageError);
}

TEST_CASE("import: torchvision's names come back after an export, Caffe's are known by unit") {
  UnitNetwork net = drawn("resnet18");
  const data::TensorFile ours{net.state(), {}};

  const data::TensorFile theirs{export_torchvision(ours, described("resnet18")), {}};
  const auto back = import_tensors(theirs, described("resnet18"), {}).tensors;

  REQUIRE(back.size() == ours.tensors.size());
  CHECK(at::equal(theirs.at("layer2.0.downsample.0.weight"), ours.at("layer2.0.block.1.0.weight")));
  for (const auto& [name, value] : back) CHECK(at::equal(value, ours.at(name)));
}

TEST_CASE("export: each library takes the networks that it builds, and the others are refused with the way out") {
  const auto file_of = [](const char* name) {
    UnitNetwork net = drawn(name);
    return data::TensorFile{net.state(), {}};
  };
  const auto resnet = file_of("resnet18");
  const auto timm = export_to(Library::timm, resnet, described("resnet18"));
  const auto torchvision = export_to(Library::torchvision, resnet, described("resnet18"));
  REQUIRE(timm.size() == torchvision.size());
  for (std::size_t i = 0; i < timm.size(); ++i) CHECK(timm[i].first == torchvision[i].first);

  CHECK_THROWS_WITH(export_to(Library::timm, file_of("alexnet"), described("alexnet")),
                    Catch::Contains("timm has no AlexNet"));
  CHECK_THROWS_WITH(export_to(Library::torchvision, file_of("cifar7"), described("cifar7")),
                    Catch::Contains("--to espalier"));
  Description grey = described("resnet18");
  grey.input.channels = 1;
  CHECK_THROWS_WITH(export_to(Library::torchvision, resnet, grey), Catch::Contains("3 channels"));
}

TEST_CASE("exchange: scales and shifts, which other programs do not know, are refused by name") {
  UnitNetwork net = drawn("resnet18");
  net.tune(3, task::Trained::scale_shift);
  const data::TensorFile scaled{net.state(), {}};

  const std::string named = "tensor 'layer1.1.block.0.conv1.shift' has no place in other programs";
  CHECK_THROWS_WITH(export_torchvision(scaled, described("resnet18")), Catch::Contains(named));
  CHECK_THROWS_WITH(import_tensors(scaled, described("resnet18"), {}), Catch::Contains(named));
}

TEST_CASE("import: names that do not fit and shapes that differ are told") {
  const data::TensorFile odd{{{"w", at::zeros({1})}}, {}};
  CHECK_THROWS_WITH(import_tensors(odd, described("cifar7"), {}), Catch::Contains("--names"));

  UnitNetwork net = drawn("cifar7", 5);
  const data::TensorFile five{net.state(), {}};
  CHECK_THROWS_WITH(import_tensors(five, described("cifar7"), {}), Catch::Contains("'fc7.linear.weight' is 5x256"));
  CHECK_THROWS_AS(torchvision_names(described("cifar7").network), UsageError);
}

TEST_CASE("import: a prefix that all names have is dropped and told") {
  UnitNetwork net = drawn("cifar7");
  for (const std::string prefix : {"module.", "encoder.", "model.", "backbone.", "_orig_mod.", "_orig_mod.module."}) {
    data::TensorFile file{net.state(), {}};
    for (auto& [name, value] : file.tensors) name = prefix + name;
    file.tensors.emplace_back("epoch", at::zeros({1}));

    const Imported imported = import_tensors(file, described("cifar7"), {});

    CHECK(imported.dropped_prefix == prefix);
    CHECK(imported.tensors.size() == net.state().size());
    CHECK(imported.tensors.front().first == net.state().front().first);
  }
}

TEST_CASE("import: of a checkpoint without its classifier, what is missing is named, with the prefix of the rest") {
  UnitNetwork net = drawn("cifar7");
  data::TensorFile file{net.state(), {}};
  std::erase_if(file.tensors, [](const auto& tensor) { return tensor.first.starts_with("fc7."); });
  CHECK_THROWS_WITH(import_tensors(file, described("cifar7"), {}),
                    Catch::Contains("lacks 2 of the network's 14 tensors") && Catch::Contains("'fc7.linear.weight'"));

  for (auto& [name, value] : file.tensors) name = "encoder." + name;
  CHECK_THROWS_WITH(import_tensors(file, described("cifar7"), {}),
                    Catch::Contains("below 'encoder.'") && Catch::Contains("'encoder.fc7.linear.bias'"));
}

TEST_CASE("import: a network that is there below two prefixes is not chosen by chance") {
  UnitNetwork net = drawn("cifar7");
  data::TensorFile file;
  for (const std::string prefix : {"encoder_k.", "encoder_q."}) {
    for (const auto& [name, value] : net.state()) file.tensors.emplace_back(prefix + name, value);
  }
  CHECK_THROWS_WITH(import_tensors(file, described("cifar7"), {}), Catch::Contains("below 'encoder_q.'"));
}

TEST_CASE("import: values that are NaN or infinite are named") {
  UnitNetwork net = drawn("cifar7");
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    data::TensorFile file{net.state(), {}};
    file.tensors[3].second = file.tensors[3].second.clone();
    file.tensors[3].second.view({-1})[1] = bad;
    CHECK_THROWS_WITH(import_tensors(file, described("cifar7"), {}),
                      Catch::Contains("'" + file.tensors[3].first + "' has 1 of"));
  }
}
