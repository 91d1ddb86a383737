// Fits multinomial logistic regression by L-BFGS (liblbfgs), in double precision; of two classes binary regression.
#include <c10/core/GradMode.h>
#include <lbfgs.h>

#include <algorithm>
#include <memory>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "espalier/train/linear_classifier.hpp"

namespace espalier::train {

namespace {

constexpr int kMostIterations = 5000;

struct FreeNumbers {
  void operator()(double* numbers) const { ::lbfgs_free(numbers); }
};
using Numbers = std::unique_ptr<double[], FreeNumbers>;

/// The loss and its gradient in weights [outputs, features] and biases [outputs], which follow each other in `x`. The
/// biases are not penalised. Of two classes one output is fitted, the second's; the first's logit is 0.
class Problem {
 public:
  Problem(double c, const at::Tensor& features, const at::Tensor& labels, std::int64_t classes, const GoOn& go_on)
      : c_(c), features_(features.to(at::kDouble).contiguous()), labels_(labels), classes_(classes), go_on_(go_on) {}

  std::int64_t outputs() const { return classes_ == 2 ? 1 : classes_; }
  std::int64_t width() const { return features_.size(1); }
  std::int64_t size() const { return outputs() * (width() + 1); }
  bool interrupted() const { return interrupted_; }

  static double evaluate(void* self, const double* x, double* gradient, int size, double) {
    return static_cast<Problem*>(self)->value(x, gradient, size);
  }
  static int progress(void* self, const double*, const double*, double, double, double, double, int, int, int) {
    auto& problem = *static_cast<Problem*>(self);
    problem.interrupted_ = !problem.go_on_();
    return problem.interrupted_ ? 1 : 0;
  }

  at::Tensor weights_of(double* x) const { return at::from_blob(x, {outputs(), width()}, at::kDouble); }
  at::Tensor biases_of(double* x) const { return at::from_blob(x + outputs() * width(), {outputs()}, at::kDouble); }

 private:
  double value(const double* x, double* gradient, int size) const {
    ESPALIER_EXPECT(size == this->size());
    auto* at = const_cast<double*>(x);  // tensors of what is only read
    const at::Tensor weights = weights_of(at), biases = biases_of(at);
    at::Tensor logits = at::addmm(biases, features_, weights.t());
    if (classes_ == 2) logits = at::cat({at::zeros_like(logits), logits}, 1);
    const at::Tensor log_shares = logits.log_softmax(1);
    const double losses = -log_shares.gather(1, labels_.unsqueeze(1)).sum().item<double>();
    at::Tensor errors = log_shares.exp();
    errors.scatter_add_(1, labels_.unsqueeze(1), at::full({labels_.size(0), 1}, -1.0, errors.options()));
    if (classes_ == 2) errors = errors.slice(1, 1, 2);
    weights_of(gradient).copy_(at::addmm(weights, errors.t(), features_, /*beta=*/1, /*alpha=*/c_));
    biases_of(gradient).copy_(errors.sum(0).mul_(c_));
    return weights.square().sum().item<double>() / 2 + c_ * losses;
  }

  double c_;
  at::Tensor features_, labels_;
  std::int64_t classes_;
  const GoOn& go_on_;
  bool interrupted_ = false;
};

/// Whether nothing is gained by going on: the gradient is small, or the line search ends in rounding.
bool has_converged(int status) {
  return status == LBFGS_SUCCESS || status == LBFGS_STOP || status == LBFGS_ALREADY_MINIMIZED ||
         status == LBFGSERR_ROUNDING_ERROR || status == LBFGSERR_MINIMUMSTEP || status == LBFGSERR_WIDTHTOOSMALL ||
         status == LBFGSERR_MAXIMUMLINESEARCH;
}

}  // namespace

std::optional<LinearClassifier> fit_logistic(double c, const at::Tensor& features, const at::Tensor& labels,
                                             std::int64_t classes, const GoOn& go_on) {
  const c10::NoGradGuard no_grad;
  Problem problem(c, features, labels.contiguous(), classes, go_on);
  const Numbers x(::lbfgs_malloc(static_cast<int>(problem.size())));
  if (!x) throw EnvironmentError("there is no memory for a classifier", "", "Take features of a later unit.");
  std::fill_n(x.get(), problem.size(), 0.0);
  ::lbfgs_parameter_t parameter;
  ::lbfgs_parameter_init(&parameter);
  parameter.epsilon = 1e-6;
  parameter.max_iterations = kMostIterations;
  LinearClassifier fitted;
  const int status = ::lbfgs(static_cast<int>(problem.size()), x.get(), &fitted.objective, &Problem::evaluate,
                             &Problem::progress, &problem, &parameter);
  if (problem.interrupted()) return std::nullopt;
  if (!has_converged(status)) {
    fitted.remark = status == LBFGSERR_MAXIMUMITERATION
                        ? "logistic regression did not converge in " + std::to_string(kMostIterations) + " iterations"
                        : "logistic regression ended early (liblbfgs " + std::to_string(status) + ")";
  }
  fitted.weights = problem.weights_of(x.get()).clone();
  fitted.biases = problem.biases_of(x.get()).clone();
  if (classes != 2) return fitted;
  fitted.weights = at::cat({at::zeros_like(fitted.weights), fitted.weights});
  fitted.biases = at::cat({at::zeros_like(fitted.biases), fitted.biases});
  return fitted;
}

}  // namespace espalier::train
