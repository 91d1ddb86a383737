// The numbers of stored enumerations and of record types, as journals and ids hold them: they never change. A value
// that is added gets the next number, a line here and one in docs/journal.proto.
#include <catch2/catch.hpp>

#include "espalier/network/layer_names.hpp"
#include "espalier/store/records.hpp"
#include "espalier/task/image_formats.hpp"
#include "espalier/task/optimisers.hpp"

using namespace espalier;
using store::RecordType;

namespace {

/// Whether these are all values of an enumeration, in the order of their numbers, from 0.
template <class E>
bool are_numbered(std::initializer_list<E> values) {
  std::size_t number = 0;
  for (const E value : values) {
    if (static_cast<std::size_t>(value) != number++) return false;
  }
  return static_cast<std::size_t>(last_known(E{})) + 1 == values.size();
}

}  // namespace

TEST_CASE("numbers: what decides a result has the numbers that ids are made of") {
  using namespace task;
  CHECK(are_numbered({StartKind::fresh, StartKind::task, StartKind::checkpoint}));
  CHECK(are_numbered({Trained::no, Trained::all, Trained::scale_shift}));
  CHECK(are_numbered({OptimiserKind::sgd, OptimiserKind::adam}));
  CHECK(are_numbered({FrozenDropout::off, FrozenDropout::on}));
  CHECK(are_numbered({Precision::fp32, Precision::tf32, Precision::bf16}));
  CHECK(are_numbered({ProbeMethod::evaluate, ProbeMethod::linear, ProbeMethod::distance, ProbeMethod::retrieval,
                      ProbeMethod::neighbours}));
  CHECK(are_numbered({Classifier::svm, Classifier::logistic}));
  CHECK(are_numbered({DistanceMethod::cosine, DistanceMethod::mmd, DistanceMethod::svm}));
  CHECK(are_numbered({NearestBy::cosine, NearestBy::euclidean}));
  CHECK(are_numbered({InputRole::pretraining, InputRole::start, InputRole::measured}));
  CHECK(are_numbered({WorkKind::training, WorkKind::probe}));
  CHECK(are_numbered({ImageOrder::shuffled, ImageOrder::file}));
  CHECK(are_numbered({FoldUse::none, FoldUse::only, FoldUse::without}));
  CHECK(are_numbered({SampleRule::all, SampleRule::first, SampleRule::random, SampleRule::random_over_all,
                      SampleRule::random_by_class}));
  CHECK(row_of(OptimiserKind::sgd).name == "sgd");
  CHECK(row_of(OptimiserKind::adam).name == "adam");
}

TEST_CASE("numbers: layers and how they are drawn have the numbers that ids are made of") {
  using namespace network;
  CHECK(are_numbered({LayerKind::convolution, LayerKind::linear, LayerKind::relu, LayerKind::max_pool,
                      LayerKind::average_pool, LayerKind::adaptive_average_pool, LayerKind::local_response_norm,
                      LayerKind::batch_norm, LayerKind::dropout, LayerKind::concatenate, LayerKind::add,
                      LayerKind::resize, LayerKind::spatial_transformer}));
  CHECK(are_numbered({Init::none, Init::he_normal_fan_in, Init::he_normal_fan_out, Init::torch_default, Init::gaussian,
                      Init::ones_zeros}));
  CHECK(kind_names() == std::vector<std::string>{"convolution", "linear", "relu", "max_pool", "average_pool",
                                                 "adaptive_average_pool", "local_response_norm", "batch_norm",
                                                 "dropout", "concatenate", "add", "resize", "spatial_transformer"});
  CHECK(init_names() == std::vector<std::string>{"none", "he_normal_fan_in", "he_normal_fan_out", "torch_default",
                                                 "gaussian", "ones_zeros"});
}

TEST_CASE("numbers: what is recorded has the numbers that the journal holds") {
  using namespace task;
  using metrics::Subset;
  CHECK(are_numbered({Keep::none, Keep::selected, Keep::last, Keep::best, Keep::all}));
  CHECK(are_numbered({RunState::waiting, RunState::ready, RunState::running, RunState::done, RunState::failed,
                      RunState::quarantined, RunState::cancelled, RunState::aborted}));
  CHECK(are_numbered({FailureCause::crashed, FailureCause::killed, FailureCause::hung, FailureCause::out_of_memory,
                      FailureCause::exited, FailureCause::environment}));
  CHECK(are_numbered({ArtifactKind::training, ArtifactKind::finished, ArtifactKind::predictions}));
  CHECK(are_numbered({Subset::train, Subset::valid, Subset::test, Subset::train_eval}));
  CHECK(static_cast<int>(metrics::Metric::loss) == 1);
  CHECK(static_cast<int>(metrics::Metric::top1) == 2);
  CHECK(static_cast<int>(metrics::Metric::top5) == 3);
}

TEST_CASE("numbers: record types have the numbers of their headers") {
  const std::vector<std::pair<RecordType, int>> numbers = {{RecordType::segment_start, 1},
                                                           {RecordType::study, 2},
                                                           {RecordType::catalog, 3},
                                                           {RecordType::runs, 4},
                                                           {RecordType::tasks, 5},
                                                           {RecordType::attempt, 6},
                                                           {RecordType::rows, 7},
                                                           {RecordType::checkpoint, 8},
                                                           {RecordType::ended, 9},
                                                           {RecordType::lost, 10},
                                                           {RecordType::selection, 11},
                                                           {RecordType::warning, 12},
                                                           {RecordType::finished, 14},
                                                           {RecordType::request, 15},
                                                           {RecordType::loss_accepted, 16},
                                                           {RecordType::evaluation_sets, 17},
                                                           {RecordType::artifact_damaged, 18},
                                                           {RecordType::given_back, 19},
                                                           {RecordType::cancelled, 20},
                                                           {RecordType::merged, 128}};
  for (const auto& [type, number] : numbers) CHECK(static_cast<int>(type) == number);
}

TEST_CASE("numbers: image formats have the numbers that keys of packed images are made of") {
  using enum task::ImageFormat;
  int number = 0;
  for (const auto format : {idx, cifar, folder, pack, made}) CHECK(static_cast<int>(format) == number++);
}
