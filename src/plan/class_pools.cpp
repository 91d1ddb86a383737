// Works out the classes of a source or target in a split, and leaves out or refuses classes with too few images.
#include "plan/class_pools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "espalier/core/seed.hpp"
#include "plan/class_split.hpp"
#include "plan/findings.hpp"
#include "plan/minimal_split.hpp"
#include "plan/source_budget.hpp"

namespace espalier::plan {
namespace {

constexpr std::size_t kNamedAtMost = 8;

/// "'bat', 'cow' and 4 more".
std::string named(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamedAtMost); ++i) text += (i ? ", '" : "'") + names[i] + "'";
  return names.size() > kNamedAtMost ? text + " and " + std::to_string(names.size() - kNamedAtMost) + " more" : text;
}

/// Of the whole data set, whatever the split: "'bat' has 3, 'cow' has 5 and 4 more".
std::string short_classes(const LabelledData& data, std::int64_t per_class) {
  std::string text;
  std::size_t named = 0, more = 0;
  for (std::int32_t index = 0; index < data.class_count(); ++index) {
    const auto available = data.trainable(index);
    if (available >= per_class) continue;
    if (named == kNamedAtMost) {
      ++more;
      continue;
    }
    text += (named++ ? ", '" : "'") + data.class_name(index) + "' has " + std::to_string(available);
  }
  return more ? text + " and " + std::to_string(more) + " more" : text;
}

/// A class without any image has nothing to take: it can only be left out.
std::string remedy(const ClassPool& pool, std::int64_t least) {
  const bool any_empty = std::find(pool.available.begin(), pool.available.end(), 0) != pool.available.end();
  return std::string(least > 1 ? "Ask for fewer" : "Set fewer apart") +
         ", or set short_classes = " + (any_empty ? "\"leave-out\"." : "\"take-all\" or \"leave-out\".");
}

void drop_short(ClassPool& pool, std::int64_t least) {
  std::vector<std::int32_t> classes;
  std::vector<std::int64_t> available;
  for (std::size_t i = 0; i < pool.classes.size(); ++i) {
    if (pool.available[i] < least) continue;
    classes.push_back(pool.classes[i]);
    available.push_back(pool.available[i]);
  }
  pool.classes = std::move(classes);
  pool.available = std::move(available);
}

std::vector<std::int32_t> all_classes(const LabelledData& data) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(data.class_count()));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::map<std::string, LabelledData> labelled(const study::Study& study, const Facts& facts) {
  std::map<std::string, LabelledData> all;
  for (const auto& [name, data] : study.data) {
    const auto known = facts.data.find(name);
    if (known != facts.data.end()) all.emplace(name, LabelledData(data, known->second));
  }
  return all;
}

}  // namespace

std::int64_t ClassPool::images(std::int64_t per_class) const {
  if (data->has_several_labels()) {  // as many in all as that is on average for each
    return per_class >= train_available ? train_available : std::min(per_class * count(), train_available);
  }
  std::int64_t sum = 0;
  for (const auto images : available) sum += std::min(images, per_class);
  return sum;
}

std::vector<std::string> ClassPool::names() const {
  std::vector<std::string> all;
  for (const auto index : classes) all.push_back(data->class_name(index));
  return all;
}

ClassPools::ClassPools(const study::Study& study, const Facts& facts, std::map<std::string, std::int64_t> largest,
                       task::Catalog& catalog)
    : study_(study), data_(labelled(study, facts)), facts_(facts), largest_(std::move(largest)), catalog_(catalog) {
  const std::string divided = study::divided_data(study);
  const auto* data = find_data(divided);
  const auto usable = divided_classes(divided);
  if (study.split.kind == study::Split::Kind::minimal && data)
    class_splits_ = minimal_class_splits(study, *find_tree(study.split.tree), *data, usable);
  else class_splits_ = class_splits_of(study, data ? data->class_count() : -1, usable);
}

const LabelledData* ClassPools::find_data(const std::string& name) const {
  const auto found = data_.find(name);
  return found == data_.end() ? nullptr : &found->second;
}

/// Parts are drawn by (study seed, "images", split) and class: every data set derived from one origin is divided alike.
const LabelledData* ClassPools::find_part(const std::string& data, const std::string& part, std::int32_t split) const {
  const auto* whole = find_data(data);
  if (!whole || part.empty()) return whole;
  const auto key = std::make_tuple(data, part, split);
  if (const auto known = parts_.find(key); known != parts_.end()) return &known->second;
  ImagePart image_part{{}, -1, seed_of(static_cast<std::uint64_t>(study_.seed), {"images", std::int64_t{split}})};
  for (const auto& one : study_.split.parts) {
    if (one.name == part) image_part.share = static_cast<std::int32_t>(image_part.shares.size());
    image_part.shares.push_back(one.share);
  }
  if (image_part.share < 0)
    throw CompileError{{"there is no part '" + part + "'", "[split] has none of this name", "Add it to split.parts."}};
  return &parts_.try_emplace(key, whole->study(), whole->facts(), std::move(image_part)).first->second;
}

std::string ClassPools::origin_of(const std::string& data) const {
  const auto* found = find_data(data);
  if (!found) return "";
  return found->study().from.empty() ? found->facts().digest : origin_of(found->study().from);
}

/// The fewest images that a class of this data must give to be used: the largest size asked of any target with this
/// data.
std::int64_t ClassPools::least_of(const std::string& data) const {
  std::int64_t least = 1;
  for (const auto& target : study_.targets) {
    const auto wanted = largest_.find(target.name);
    if (target.data == data && wanted != largest_.end()) least = std::max(least, wanted->second);
  }
  return least;
}

/// By class index, which classes may be used: all, unless classes with too few images are left out.
std::vector<bool> ClassPools::usable(const std::string& name) const {
  const auto* data = find_data(name);
  if (!data) return {};
  std::vector<bool> all(static_cast<std::size_t>(data->class_count()), true);
  if (data->study().short_classes != study::ShortClasses::leave_out) return all;
  for (std::int32_t i = 0; i < data->class_count(); ++i) {
    all[static_cast<std::size_t>(i)] = data->trainable(i) >= least_of(name);
  }
  return all;
}

std::vector<std::int32_t> ClassPools::classes_of(const RoleUse& use, const LabelledData& data) const {
  const RoleKeys from = keys_of(study_, use);
  const auto& word = from.classes;
  const auto split = use.split;
  if (word == "list") {
    for (const auto index : *from.listed) {
      if (index >= 0 && index < data.class_count()) continue;
      throw CompileError{
          {"class " + std::to_string(index) + " of '" + use.name + "' is not in data '" + from.data + "'",
           "it has " + std::to_string(data.class_count()) + " classes, numbered from 0", ""}};
    }
    return *from.listed;
  }
  if (word == "all" || word.starts_with("labels.")) return all_classes(data);
  const auto kind = study_.split.kind;
  if (kind == study::Split::Kind::none || kind == study::Split::Kind::images) {
    throw CompileError{{"classes = \"" + word + "\" needs a split", "split.kind is \"none\" or \"images\"",
                        "Use kind = \"random\", \"minimal\" or \"listed\"."}};
  }
  if (split < 1 || split > static_cast<std::int32_t>(class_splits_.size())) {
    throw CompileError{{"there is no split " + std::to_string(split),
                        "there are " + std::to_string(class_splits_.size()), "Raise split.count."}};
  }
  const auto& class_split = class_splits_[static_cast<std::size_t>(split - 1)];
  return word == "split.source" ? class_split.source : class_split.target;
}

ClassPool ClassPools::made(const RoleUse& use) const {
  const RoleKeys from = keys_of(study_, use);
  ClassPool pool;
  pool.data = find_labelled(use);
  pool.origin = origin_of(from.data);
  if (!pool.data) {
    throw CompileError{
        {"nothing is known of data '" + from.data + "'", "'" + use.name + "' is made of it", "Name it under [data]."}};
  }
  pool.classes = use.labels.empty() ? classes_of(use, *pool.data) : all_classes(*pool.data);
  for (const auto index : pool.classes) pool.available.push_back(pool.data->trainable(index));
  if (pool.data->study().short_classes == study::ShortClasses::leave_out) drop_short(pool, least_of(from.data));
  for (const auto images : pool.available) pool.train_available = std::max(pool.train_available, images);
  return pool;
}

/// Puts the pool's label map and the image sets it is measured on into the catalog.
void ClassPools::name_images(ClassPool& pool, const task::LabelMap& labels) {
  pool.labels = catalog_.add(labels);
  pool.evaluations.clear();
  std::int64_t valid = 0, test = 0;
  for (const auto index : pool.classes) {
    valid += pool.data->valid_images(index);
    test += pool.data->test_images(index);
    if (pool.data->has_several_labels()) break;  // each label is of the same images
  }
  using metrics::Subset;
  if (valid > 0) {
    pool.evaluations.push_back({Subset::valid, catalog_.add(pool.data->validation_images(pool.labels)), valid});
  }
  if (test > 0) pool.evaluations.push_back({Subset::test, catalog_.add(pool.data->test_images_of(pool.labels)), test});
}

const ClassPool& ClassPools::of(const RoleUse& use) {
  const auto known = pools_.find(use);
  if (known != pools_.end()) return known->second;
  ClassPool pool = made(use);
  if (pool.classes.empty()) {
    throw CompileError{{"'" + use.name + "' has no classes in split " + std::to_string(use.split),
                        use.labels.empty() ? "none has enough images" : "labels '" + use.labels + "' keep none of them",
                        ""}};
  }
  apply_budget(pool, use, study_.seed);
  name_images(pool, pool.data->label_map(pool.classes));
  return pools_.emplace(use, std::move(pool)).first->second;
}

const ClassPool& ClassPools::onto(const ClassPool& pool, const ClassPool& outputs, const std::string& whose) {
  const auto known = onto_.find({&pool, &outputs});
  if (known != onto_.end()) return known->second;
  const auto names = pool.names(), there = outputs.names();
  task::LabelMap labels = pool.data->label_map(pool.classes);
  const auto own = labels.outputs;
  std::vector<std::int32_t> output_of;  // by class of the pool
  std::vector<std::string> missing;
  for (const auto& name : names) {
    const auto found = std::find(there.begin(), there.end(), name);
    if (found == there.end()) missing.push_back(name);
    output_of.push_back(static_cast<std::int32_t>(found - there.begin()));
  }
  if (!missing.empty()) {
    throw CompileError{
        {whose + " has classes that its source does not have: " + named(missing),
         "outputs_of = \"source\" finds each class among the source's by its name; the source has " + named(there),
         "List in `classes` those that both have, or leave outputs_of out."}};
  }
  for (std::size_t i = 0; i < own.size(); ++i) labels.outputs[i] = output_of[static_cast<std::size_t>(own[i])];
  labels.output_count = outputs.count();
  labels.names = there;
  ClassPool mapped = pool;
  mapped.outputs_of = &outputs;
  name_images(mapped, labels);
  return onto_.emplace(std::pair(&pool, &outputs), std::move(mapped)).first->second;
}

void ClassPools::check_size(const ClassPool& pool, std::int64_t per_class) {
  const bool take_all = pool.data->study().short_classes == study::ShortClasses::take_all;
  const auto least = take_all ? std::min<std::int64_t>(1, per_class) : per_class;
  const bool enough =
      std::all_of(pool.available.begin(), pool.available.end(), [&](std::int64_t images) { return images >= least; });
  if (enough) return;
  const std::string found = short_classes(*pool.data, least);
  throw CompileError{{"data '" + pool.data->study().name + "' has classes with fewer than " + std::to_string(least) +
                          " training images",
                      found + "; validation and test images are set apart first", remedy(pool, least)}};
}

std::int64_t ClassPools::images_over_all(const ClassPool& pool, double per_class) {
  check_size(pool, 1);
  const auto there = pool.images(pool.train_available);
  if (per_class == 0) return there;
  const std::int64_t wanted = std::llround(per_class * pool.count());
  if (wanted == 0) {
    throw CompileError{{fmt::format("per_class = {} of {} classes is no image", per_class, pool.count()),
                        "a sample has the product of both, rounded", "Ask for more."}};
  }
  if (wanted <= there) return wanted;
  if (pool.data->study().short_classes == study::ShortClasses::take_all) return there;
  throw CompileError{
      {"data '" + pool.data->study().name + "' has fewer than " + std::to_string(wanted) + " training images",
       fmt::format("{} are there for {} a class of {}", there, per_class, pool.count()) +
           "; validation and test images are set apart first",
       "Ask for fewer, or set short_classes = \"take-all\"."}};
}

void ClassPools::check_classes(const ClassPool& pool, const std::string& whose) {
  if (pool.count() > 1 || pool.data->has_several_labels()) return;
  throw CompileError{{whose + " has a single class",
                      "a network learns to tell classes apart, and this one would be right always",
                      "Give it two classes at least."}};
}

std::map<std::string, Problem> ClassPools::left_out() const {
  std::map<std::string, Problem> found;
  for (const auto& [name, data] : data_) {
    const auto used = usable(name);
    const auto count = std::count(used.begin(), used.end(), false);
    if (count == 0) continue;
    const auto least = std::to_string(least_of(name));
    found[name] = {std::to_string(count) + (count == 1 ? " class is" : " classes are") + " left out",
                   short_classes(data, least_of(name)) + "; " + least + " training images are asked of a class", ""};
  }
  return found;
}

std::int64_t ClassPools::all_of(const RoleUse& target) const {
  const auto* data = find_labelled(target);  // all splits divide a class into equal numbers
  if (data && data->has_several_labels()) {
    const ClassPool pool = made(target);
    return (pool.train_available + pool.count() - 1) / std::max(1, pool.count());
  }
  std::int64_t most = 0;
  for (std::int32_t index = 0; data && index < data->class_count(); ++index) {
    most = std::max(most, data->trainable(index));
  }
  return most;
}

}  // namespace espalier::plan
