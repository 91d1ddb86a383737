#pragma once
// Finds the classes of a source or target in a split, and how many images each can give.
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "espalier/plan/class_trees.hpp"
#include "espalier/plan/labelled_data.hpp"
#include "espalier/plan/plan.hpp"
#include "plan/role_use.hpp"

namespace espalier::plan {

/// An image set that trainings on a pool are measured on.
struct PoolEvaluation {
  metrics::Subset name = metrics::Subset::valid;
  ImageSetId images;
  std::int64_t count = 0;
};

struct ClassPool {
  const LabelledData* data = nullptr;
  const ClassPool* outputs_of = nullptr;    ///< whose outputs its labels stand for; null: its own, one for each class
  std::string labels;                       ///< digest of the label map, in the catalog
  std::vector<std::int32_t> classes;        ///< indices into the data's classes; output i is classes[i]
  std::vector<std::int64_t> available;      ///< training images each may give
  std::int64_t train_available = 0;         ///< the most any of them may give
  std::vector<PoolEvaluation> evaluations;  ///< on validation and test images, where there are some
  std::string origin;                       ///< digest of the pack that its images are, or are derived from
  std::int64_t drawn_per_class = 0;         ///< images of each output that a budget draws; 0: all there are
  std::uint64_t images_seed = 0;            ///< of that draw

  std::int32_t count() const { return static_cast<std::int32_t>(classes.size()); }
  /// Number of training images for `per_class`; a class with fewer gives all it has. Where an image may have several
  /// labels, `per_class` times the labels, or from train_available on all there are.
  std::int64_t images(std::int64_t per_class) const;
  std::vector<std::string> names() const;
  std::int32_t output_count() const { return outputs_of ? outputs_of->count() : count(); }
  std::vector<std::string> output_names() const { return outputs_of ? outputs_of->names() : names(); }
};

/// The pools of sources and targets as cells use them, made on first use.
class ClassPools {
 public:
  /// `largest` gives the largest images per class asked of each target; classes below it are left out where the study
  /// says so.
  ClassPools(const study::Study& study, const Facts& facts, std::map<std::string, std::int64_t> largest,
             task::Catalog& catalog);

  /// Throws CompileError: an unknown name, a split without halves, a coarser level that the data do
  /// not carry, a label set that cannot be made, a budget larger than the data.
  const ClassPool& of(const RoleUse& use);
  /// As the study's own keys say.
  const ClassPool& of(Role role, const std::string& name, std::int32_t split) {
    return of(own_use(study_, role, name, split));
  }

  /// The pool with labels that stand for the outputs of a network that was taught the classes of `outputs`, which it
  /// finds by name; `whose` is for example "target 'birds'". Throws CompileError naming the classes that it does not
  /// find.
  const ClassPool& onto(const ClassPool& pool, const ClassPool& outputs, const std::string& whose);

  /// Throws CompileError naming the classes with fewer than `per_class` images and how many they have.
  static void check_size(const ClassPool& pool, std::int64_t per_class);

  /// The images of a sample over all classes (labels) of `per_class` a class on average (0: all), rounded. Throws
  /// CompileError where a class has no image, there are too few in all, or it comes to none.
  static std::int64_t images_over_all(const ClassPool& pool, double per_class);

  /// Throws CompileError where there is nothing to tell apart. `whose` is for example "target 'birds'".
  static void check_classes(const ClassPool& pool, const std::string& whose);

  /// By data set, the classes that short_classes = "leave-out" leaves out, with their images; none for other rules.
  std::map<std::string, Problem> left_out() const;

  /// By label set, why it cannot be made of the data of a source or target that uses it.
  std::map<std::string, Problem> label_problems() const;

  /// The size from which on every class of a target gives all its images, so that it and "all" are one value.
  std::int64_t all_of(const RoleUse& target) const;

 private:
  std::vector<std::int32_t> classes_of(const RoleUse& use, const LabelledData& data) const;
  std::vector<bool> divided_classes(const std::string& divided) const;
  const LabelledData* find_data(const std::string& name) const;
  const LabelledData* find_part(const std::string& data, const std::string& part, std::int32_t split) const;
  const LabelledData* find_labelled(const RoleUse& use) const;
  std::vector<std::string> names_left_out(const study::LabelSet& labels, std::int32_t split) const;
  const task::ClassTree* find_tree(const std::string& name) const;
  std::string origin_of(const std::string& data) const;
  void name_images(ClassPool& pool, const task::LabelMap& labels);
  std::int64_t least_of(const std::string& data) const;
  std::vector<bool> usable(const std::string& name) const;
  ClassPool made(const RoleUse& use) const;

  const study::Study& study_;
  std::map<std::string, LabelledData> data_;
  mutable std::map<std::tuple<std::string, std::string, std::int32_t>, LabelledData> parts_;  ///< by data, part, split
  mutable std::map<RoleUse, LabelledData> labelled_;                                          ///< of roles with labels
  const Facts& facts_;
  mutable std::map<std::string, task::ClassTree> trees_;
  std::map<std::string, std::int64_t> largest_;
  task::Catalog& catalog_;
  std::vector<study::Split::ClassSplit> class_splits_;
  std::map<RoleUse, ClassPool> pools_;
  std::map<std::pair<const ClassPool*, const ClassPool*>, ClassPool> onto_;
};

}  // namespace espalier::plan
