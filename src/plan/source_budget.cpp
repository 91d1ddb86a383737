// Works out the classes and images of a source's budget, and draws them.
#include "plan/source_budget.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "espalier/core/seed.hpp"
#include "plan/findings.hpp"

namespace espalier::plan {
namespace {

/// "4 and 8": the multiples of `step` on either side of a number, none of them 0.
std::string nearest(std::int64_t number, std::int64_t step) {
  const auto below = number / step * step;
  return below == 0 ? std::to_string(step) : fmt::format("{} and {}", below, below + step);
}

/// `images` in equal parts; `parts` are for example "classes".
std::int64_t divided(const RoleUse& use, std::int64_t by, const std::string& parts) {
  if (*use.images % by == 0) return *use.images / by;
  throw CompileError{{fmt::format("{} has a budget of {} images, which {} do not divide", use.text(), *use.images,
                                  fmt::format(fmt::runtime(parts), by)),
                      "each output gets as many images", "The nearest that do are " + nearest(*use.images, by) + "."}};
}

void check_agree(const RoleUse& use) {
  if (*use.per_class * *use.class_count == *use.images) return;
  throw CompileError{{fmt::format("{} has {} classes with {} images each and {} images", use.text(), *use.class_count,
                                  *use.per_class, *use.images),
                      fmt::format("the first two make {}", *use.per_class * *use.class_count),
                      "Leave one of per_class, class_count and images out: two of them give the third."}};
}

/// The classes that have fewer images: "'bat' has 3, 'cow' has 5 and 4 more".
std::string short_of(const ClassPool& pool, std::int64_t least) {
  constexpr std::size_t kNamedAtMost = 8;
  const auto names = pool.names();
  std::string text;
  std::size_t count = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (pool.available[i] >= least || ++count > kNamedAtMost) continue;
    text += fmt::format("{}'{}' has {}", text.empty() ? "" : ", ", names[i], pool.available[i]);
  }
  return count > kNamedAtMost ? fmt::format("{} and {} more", text, count - kNamedAtMost) : text;
}

/// Where short classes give what they have, some output must have as many.
void check_images(const ClassPool& pool, const RoleUse& use, std::int64_t per_class) {
  const bool take_all = pool.data->study().short_classes == study::ShortClasses::take_all;
  const auto [fewest, most] = std::minmax_element(pool.available.begin(), pool.available.end());
  if (per_class <= (take_all ? *most : *fewest)) return;
  throw CompileError{{fmt::format("{} asks for {} images of each of {} classes, and there are at most {}", use.text(),
                                  per_class, pool.count(), take_all ? *most : *fewest),
                      short_of(pool, per_class) + "; validation and test images are set apart first",
                      take_all ? "Ask for fewer." : "Ask for fewer, or set short_classes on its data."}};
}

std::uint64_t seed_for(const char* purpose, const RoleUse& use, std::int64_t study_seed) {
  return seed_of(static_cast<std::uint64_t>(study_seed),
                 {std::string_view(purpose), std::int64_t{use.split}, use.replicate});
}

void draw_classes(ClassPool& pool, std::int64_t count, std::uint64_t seed) {
  auto places = permutation(pool.count(), seed);
  places.resize(static_cast<std::size_t>(count));
  std::sort(places.begin(), places.end());
  std::vector<std::int32_t> classes;
  std::vector<std::int64_t> available;
  for (const auto place : places) {
    classes.push_back(pool.classes[static_cast<std::size_t>(place)]);
    available.push_back(pool.available[static_cast<std::size_t>(place)]);
  }
  pool.classes = std::move(classes);
  pool.available = std::move(available);
  pool.train_available = *std::max_element(pool.available.begin(), pool.available.end());
}

}  // namespace

BudgetSizes budget_sizes(const RoleUse& use, std::int64_t classes) {
  BudgetSizes sizes{use.class_count.value_or(classes), use.per_class.value_or(0)};
  if (use.images && use.per_class && use.class_count) check_agree(use);
  else if (use.images && use.per_class) sizes.classes = divided(use, *use.per_class, "{} images a class");
  else if (use.images) sizes.per_class = divided(use, sizes.classes, "{} classes");
  if (sizes.classes <= classes) return sizes;
  throw CompileError{{fmt::format("{} asks for {} classes, and there are {}", use.text(), sizes.classes, classes),
                      use.class_count ? "its budget draws some of its classes"
                                      : fmt::format("{} images with {} a class", *use.images, *use.per_class),
                      "Ask for fewer."}};
}

void apply_budget(ClassPool& pool, const RoleUse& use, std::int64_t study_seed) {
  if (!use.has_budget()) return;
  const auto sizes = budget_sizes(use, pool.count());
  if (sizes.classes < pool.count()) draw_classes(pool, sizes.classes, seed_for("source classes", use, study_seed));
  if (sizes.per_class == 0) return;
  check_images(pool, use, sizes.per_class);
  if (pool.images(sizes.per_class) == pool.images(pool.train_available)) return;
  pool.drawn_per_class = sizes.per_class;
  pool.images_seed = seed_for("source images", use, study_seed);
}

}  // namespace espalier::plan
