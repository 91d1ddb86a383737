// Fits linear support vector machines with LIBLINEAR's primal solver, one class against the rest.
#include <linear.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "espalier/core/checks.hpp"
#include "espalier/train/linear_classifier.hpp"

namespace espalier::train {

namespace {

constexpr double kTolerance = 1e-6;  ///< LIBLINEAR's eps: the gradient's norm in relation to that at 0

void say_nothing(const char*) {}

/// Rows of features as LIBLINEAR reads them: pairs (index from 1, value), zeros left out, then the bias's 1.
class Nodes {
 public:
  explicit Nodes(const at::Tensor& features) : width_(features.size(1)) {
    const at::Tensor dense = features.to(at::kDouble).contiguous();
    const auto* value = dense.const_data_ptr<double>();
    const std::int64_t count = dense.size(0);
    nodes_.reserve(static_cast<std::size_t>(at::count_nonzero(dense).item<std::int64_t>() + 2 * count));
    std::vector<std::size_t> begins;
    for (std::int64_t row = 0; row < count; ++row, value += width_) {
      begins.push_back(nodes_.size());
      for (std::int64_t i = 0; i < width_; ++i) {
        if (value[i] != 0) nodes_.push_back({static_cast<int>(i + 1), value[i]});
      }
      nodes_.push_back({static_cast<int>(width_ + 1), 1.0});
      nodes_.push_back({-1, 0.0});
    }
    for (const auto begin : begins) rows_.push_back(nodes_.data() + begin);
  }
  std::vector<::feature_node*>& rows() { return rows_; }
  std::int64_t width() const { return width_; }

 private:
  std::int64_t width_;
  std::vector<::feature_node> nodes_;
  std::vector<::feature_node*> rows_;
};

struct FreeModel {
  void operator()(::model* model) const { ::free_and_destroy_model(&model); }
};

/// |w|^2 / 2 + C * the sum of squared hinge losses; `weights` end with the bias, which is penalised, too.
double objective_of(double c, const Nodes& nodes, const std::vector<::feature_node*>& rows,
                    const std::vector<double>& sides, const double* weights) {
  double squares = 0, losses = 0;
  for (std::int64_t i = 0; i <= nodes.width(); ++i) squares += weights[i] * weights[i];
  for (std::size_t row = 0; row < rows.size(); ++row) {
    double score = 0;
    for (const ::feature_node* node = rows[row]; node->index > 0; ++node)
      score += weights[node->index - 1] * node->value;
    const double short_of = std::max(0.0, 1 - sides[row] * score);
    losses += short_of * short_of;
  }
  return squares / 2 + c * losses;
}

struct Half {
  at::Tensor weights;  ///< [features + 1] double, the bias last
  double objective = 0;
};

/// Tells the images with side 1 from those with side -1.
Half fit_one(double c, Nodes& nodes, std::vector<double> sides) {
  ::problem problem{static_cast<int>(sides.size()), static_cast<int>(nodes.width() + 1), sides.data(),
                    nodes.rows().data(), /*bias=*/1};
  ::parameter parameter{};
  parameter.solver_type = L2R_L2LOSS_SVC;
  parameter.eps = kTolerance;
  parameter.C = c;
  ESPALIER_EXPECT(::check_parameter(&problem, &parameter) == nullptr);
  const std::unique_ptr<::model, FreeModel> model(::train(&problem, &parameter));
  at::Tensor weights = at::empty({nodes.width() + 1}, at::kDouble);
  std::copy_n(model->w, nodes.width() + 1, weights.mutable_data_ptr<double>());
  // LIBLINEAR's positive side is that of the first image, unless the sides are 1 and -1: then it is 1.
  if (model->label[0] != 1) weights.neg_();
  return {weights, objective_of(c, nodes, nodes.rows(), sides, weights.const_data_ptr<double>())};
}

std::vector<double> sides_of(const at::Tensor& labels, std::int64_t positive) {
  std::vector<double> sides;
  const auto* label = labels.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < labels.size(0); ++i) sides.push_back(label[i] == positive ? 1 : -1);
  return sides;
}

}  // namespace

std::optional<LinearClassifier> fit_svm(double c, const at::Tensor& features, const at::Tensor& labels,
                                        std::int64_t classes, const GoOn& go_on) {
  ::set_print_string_function(&say_nothing);
  Nodes nodes(features);
  const at::Tensor dense_labels = labels.contiguous();
  LinearClassifier fitted;
  at::Tensor all = at::empty({classes, nodes.width() + 1}, at::kDouble);
  for (std::int64_t positive = classes == 2 ? 1 : 0; positive < classes; ++positive) {
    const Half half = fit_one(c, nodes, sides_of(dense_labels, positive));
    all[positive].copy_(half.weights);
    fitted.objective += half.objective;
    if (!go_on()) return std::nullopt;
  }
  if (classes == 2) all[0].copy_(all[1].neg());
  fitted.weights = all.slice(1, 0, nodes.width()).contiguous();
  fitted.biases = all.select(1, nodes.width()).contiguous();
  return fitted;
}

}  // namespace espalier::train
