// Writes the methods paragraphs on data, protocol and statistics, and joins all of them.
#include "report/sections/methods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "espalier/report/wording.hpp"
#include "espalier/study/axes.hpp"
#include "espalier/study/kinds.hpp"
#include "espalier/task/transform_table.hpp"
#include "report/html.hpp"

namespace espalier::report {
namespace {

std::string classes_text(const PageContext& context, const task::TrainSpec& spec) {
  const auto found = context.state().catalog.label_maps.find(spec.images.labels);
  return found == context.state().catalog.label_maps.end() ? "?" : std::to_string(found->second.output_count);
}

bool selects_on_test(const PageContext& context) {
  const auto on_test = [](const study::Take& take) { return take.best.starts_with("test."); };
  const auto any = [&](const std::vector<study::Take>& takes) {
    return std::any_of(takes.begin(), takes.end(), on_test);
  };
  return std::any_of(context.study.experiments.begin(), context.study.experiments.end(), [&](const auto& experiment) {
    return any(experiment.takes) || std::any_of(experiment.cases.begin(), experiment.cases.end(),
                                                [&](const study::Case& one) { return any(one.takes); });
  });
}

/// "Images: 'blurred', made of 'mnist' by blur (sigma 1.5). "
std::string origin_text(const study::DataSet& data) {
  std::string text = fmt::format("Images: '{}'", data.name);
  if (data.from.empty()) return text + ". ";
  text += fmt::format(", made of '{}' by ", data.from);
  for (std::size_t i = 0; i < data.transforms.size(); ++i)
    text += (i ? ", then " : "") + task::text_of(data.transforms[i]);
  return text + ": each image is that of the same place there, transformed, and stands in the same order. ";
}

/// What a split by images divides; "" for other kinds.
std::string parts_text(const study::Study& study) {
  if (study.split.kind != study::Split::Kind::images) return "";
  std::string parts;
  for (const auto& one : study.split.parts)
    parts += fmt::format("{}'{}' with {:g} %", parts.empty() ? "" : ", ", one.name, 100 * one.share);
  return fmt::format(
      "In each of {} split{} the images of each class are divided at random into parts ({}), and validation images are "
      "held out within a part; test images in files of their own are not divided. Data sets that are made of one are "
      "divided alike, image by image. {}",
      study.split.count, study.split.count == 1 ? "" : "s", parts,
      study.split.count == 1 ? "" : "Different splits divide the same images and so overlap. ");
}

/// Targets whose sizes are no first images of each class.
std::string samples_text(const study::Study& study) {
  std::string text;
  for (const auto& target : study.targets) {
    if (!target.sample || !target.sample->random) continue;
    text += fmt::format(
        "Training images of target '{}' are drawn at random, {}, {}; larger sizes contain smaller ones. ", target.name,
        target.sample->stratified ? "as many of each class"
                                  : "over all classes: a size counts them on average, and a "
                                    "class may have none",
        target.sample->redraw.empty() ? "the same for all replicates" : "anew for each replicate");
  }
  return text;
}

/// "cut from class tree 'words' at depth 6, without dogs".
std::string cut_text(const study::LabelSet& labels) {
  using Cut = study::LabelSet::Cut;
  std::string text;
  if (labels.cut == Cut::listed) text = fmt::format("{} listed labels", labels.groups.size());
  if (labels.cut == Cut::leaves) text = "one label each for the classes that are used";
  if (labels.cut == Cut::clamp)
    text =
        fmt::format("classes deeper than {} get their ancestor there in class tree '{}'", labels.amount, labels.tree);
  if (labels.cut == Cut::absorb)
    text = fmt::format("{} rounds of climbing and absorbing in class tree '{}'", labels.amount, labels.tree);
  if (!labels.without.empty()) text += fmt::format(", without {} and what lies below", fmt::join(labels.without, ", "));
  return labels.without_classes_of.empty() ? text : text + ", without the classes of " + labels.without_classes_of;
}

/// Whether the experiment gives the axis a value, in `axes`, `fixed` or a case.
template <class Is>
bool any_value(const study::Experiment& experiment, const std::string& axis, Is is) {
  const auto in_fixed = [&](const auto& fixed) {
    return std::any_of(fixed.begin(), fixed.end(),
                       [&](const auto& one) { return one.first == axis && is(one.second); });
  };
  const auto* own = study::find_axis(experiment, axis);
  const bool varied = own && (!own->by.empty() || std::any_of(own->values.begin(), own->values.end(), is));
  return varied || in_fixed(experiment.fixed) ||
         std::any_of(experiment.cases.begin(), experiment.cases.end(),
                     [&](const study::Case& one) { return in_fixed(one.fixed); });
}

bool gives(const study::Experiment& experiment, const std::string& axis) {
  return any_value(experiment, axis, [](const study::Value& value) { return !value.is_all(); });
}

bool names_value(const study::Experiment& experiment, const std::string& axis, const std::string& name) {
  return any_value(experiment, axis, [&](const study::Value& value) { return to_string(value) == name; });
}

/// What label sets make of the classes of sources and targets.
std::string labels_text(const study::Study& study) {
  std::string text;
  const auto add = [&](const auto& role, const char* kind) {
    for (const auto& labels : study.labels) {
      if (role.classes == "labels." + labels.name || role.labels == labels.name)
        text += fmt::format("The labels of {} '{}' are '{}': {}. ", kind, role.name, labels.name, cut_text(labels));
    }
  };
  for (const auto& source : study.sources) add(source, "source");
  for (const auto& target : study.targets) add(target, "target");
  for (const auto& labels : study.labels) {
    for (const char* axis : {"source.labels", "target.labels"}) {
      const bool named = std::any_of(study.experiments.begin(), study.experiments.end(), [&](const auto& experiment) {
        return names_value(experiment, axis, labels.name);
      });
      if (named) text += fmt::format("'{}' of the axis {}: {}. ", labels.name, axis, cut_text(labels));
    }
  }
  return text;
}

/// What a source's own keys give it.
std::string budget_of(const study::Source& source) {
  std::vector<std::string> parts;
  if (source.class_count) parts.push_back(fmt::format("{} classes", *source.class_count));
  if (source.per_class) parts.push_back(fmt::format("{} images of each class", *source.per_class));
  if (source.images) parts.push_back(fmt::format("{} images in all", *source.images));
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// How the classes and images of sources with a budget are drawn; "" where no source has one.
std::string budgets_text(const study::Study& study) {
  std::string text;
  for (const auto& source : study.sources) {
    if (const auto budget = budget_of(source); !budget.empty())
      text += fmt::format("Source '{}' is taught {}. ", source.name, budget);
  }
  const bool varied = std::any_of(study.experiments.begin(), study.experiments.end(), [](const auto& experiment) {
    return gives(experiment, "source.per_class") || gives(experiment, "source.class_count") ||
           gives(experiment, "source.images");
  });
  if (text.empty() && !varied) return "";
  return text +
         "Where a source is taught fewer classes or images than there are, they are drawn at random for each split, so "
         "that larger numbers of classes contain smaller ones, and of equal classes larger samples smaller ones. ";
}

}  // namespace

std::vector<const store::TaskState*> trainings_of(const PageContext& context, TrainingsOf whom) {
  std::vector<const store::TaskState*> tasks;
  std::set<TaskId> seen;
  const auto add = [&](const TaskId& id) {
    const auto found = context.state().tasks.find(id);
    const auto is_target = [](const task::Task& task) {  // neither a probe nor a small network that is a distance
      return !task::probe_of(task) && task::training(task).images.parts.empty();
    };
    const bool is_training = found != context.state().tasks.end() && is_target(found->second.task);
    if (is_training && seen.insert(id).second) tasks.push_back(&found->second);
  };
  for (const auto& view : context.views) {
    if (!view.task) continue;
    if (whom == TrainingsOf::target) add(view.run->task);
    for (const auto& input : view.task->task.inputs) {
      if (whom == TrainingsOf::source && input.role == task::InputRole::pretraining) add(input.task);
    }
  }
  return tasks;
}

/// "30 images a class are held out for validation and 50 for test. "; of several labels an image they are held out of
/// all.
std::string held_out_text(const study::DataSet& data) {
  std::string text = "no images are held out for validation alone";
  if (data.valid_per_class > 0)
    text = fmt::format("{} images a class are held out for validation", data.valid_per_class);
  if (data.valid_images > 0) text = fmt::format("{} images of all are held out for validation", data.valid_images);
  if (data.test_files) return text + " and test images have files of their own. ";
  return text + fmt::format(" and {} for test. ", data.multi_label ? data.test_images : data.test_per_class);
}

std::string data_methods(const PageContext& context) {
  std::string text;
  for (const auto& [name, data] : context.study.data) {
    const bool is_divided = context.study.split.kind == study::Split::Kind::images;
    text += origin_text(data);
    text += fmt::format(
        "Within a class they stand in {} order; training images are taken from the front, so that "
        "the sets for smaller sizes lie inside those for larger ones{}; ",
        data.order == task::ImageOrder::file ? "the file's" : "a fixed shuffled",
        is_divided ? "" : " and are the same in every split");
    text += held_out_text(data);
    if (data.multi_label)
      text +=
          "Its images may have several labels, each told by an output of its own: the means of average precision are "
          "over labels, without images that are difficult for the label and without labels that no image has. ";
  }
  const auto targets = trainings_of(context, TrainingsOf::target), sources = trainings_of(context, TrainingsOf::source);
  const auto& split = context.study.split;
  if (split.folds > 0) {
    text += fmt::format(
        "A target's training images of each size are divided within each class into {} folds, of which each run trains "
        "on "
        "all but one and is validated on that one; sizes count images before they are divided. ",
        split.folds);
  }
  text += labels_text(context.study) + budgets_text(context.study) + samples_text(context.study) +
          parts_text(context.study);
  using Kind = study::Split::Kind;
  if (split.kind == Kind::none || split.kind == Kind::images) return text + "Classes are not split.";
  const auto classes = [&](const store::TaskState& t) { return classes_text(context, task::training(t.task)); };
  text += fmt::format("{} {} split{}: {} target classes", split.count,
                      split.kind == Kind::random    ? "random"
                      : split.kind == Kind::minimal ? "minimal"
                                                    : "listed",
                      split.count == 1 ? "" : "s", distinct(targets, classes));
  if (!sources.empty())
    text += fmt::format(", and {} source classes that share none with them", distinct(sources, classes));
  return text + (context.overlapping ? ". Different splits draw from the same classes and so overlap." : ".");
}

std::string protocol_methods(const PageContext& context) {
  std::string text;
  for (const auto& axis : study::axes()) {
    const auto has = [&](const RunView& view) { return view.run->label(axis.name) != nullptr; };
    const bool optional = axis.left_out == study::LeftOut::absent;
    if (axis.methods.empty() || (optional && std::none_of(context.views.begin(), context.views.end(), has))) continue;
    text += (text.empty() ? "" : "; ") + axis.methods;
  }
  const auto& experiments = context.study.experiments;
  const bool looks_up = std::any_of(experiments.begin(), experiments.end(), [](const study::Experiment& one) {
    return study::kind_of(one) == study::Kind::retrieval;
  });
  if (looks_up) {
    text +=
        "; the target's images are looked up among the source's validation images, which the source's own network "
        "sees, by the cosine of their features: map@10 is the mean over images of the precisions at ranks of equal "
        "class, summed over the first ten and divided by ten or by the number of images of that class if fewer";
  }
  return text + ". Axes that an experiment does not vary stand at the values given with it.";
}

/// What the statistics of folds assume; "" where there are none.
std::string folds_methods(const study::Split& split) {
  if (split.folds == 0) return "";
  if (split.count > 1) return " Folds are averaged within a split, too.";
  return " The folds of the one split are averaged to one value; intervals and tests are over folds: " + folds_note() +
         ".";
}

/// What n is, and what replicates are.
std::string counted_methods(const PageContext& context, const std::string& redrawn) {
  const bool by_replicate = all_repeat_by_replicate(context.views);
  if (by_replicate) return fmt::format("n is the number of repetitions. {}", redrawn);
  return fmt::format("Replicates are averaged within a split first; n is the number of splits, and means are {}.{}",
                     over_splits(context.study.split.count, context.overlapping), redrawn.empty() ? "" : " " + redrawn);
}

std::string statistics_methods(const PageContext& context) {
  const auto redrawn = redraw_note(context.study);
  return fmt::format(
      "Every figure is measured after the last epoch. {}{} Intervals are Student's at 95 %, drawn from {} of them "
      "on{}. Settings are compared by "
      "paired differences over what n counts: runs that differ in protocol only share initialisation, images and the "
      "order of "
      "minibatches (study seed {}). Where several are compared with the best, p-values are adjusted after Holm and "
      "called "
      "different below 0.05. Ties of a selection go to the lower validation loss, then to fewer trained units, then to "
      "the order of the axes. Diverged and missing runs are counted in their cells and never replaced.{}",
      counted_methods(context, redrawn), folds_methods(context.study.split), stats::kLeastSplits,
      context.overlapping ? " (they treat overlapping splits as independent)" : "", context.study.seed,
      selects_on_test(context)
          ? " Some selections were made on test images: test accuracies of what they chose are too good to be true."
          : "");
}

std::string methods_section(const PageContext& context) {
  if (trainings_of(context, TrainingsOf::target).empty()) return "";
  std::string body, experiments;
  for (const auto& text :
       {data_methods(context), network_methods(context), training_methods(context), protocol_methods(context)}) {
    if (!text.empty()) body += paragraph(text);
  }
  for (const auto& text : experiment_methods(context)) experiments += element("li", escape(text)) + "\n";
  body += element("ul", experiments) + paragraph(statistics_methods(context));
  return section("methods", "Methods, as they were run", element("div", body, "methods"));
}

}  // namespace espalier::report
