// Parses [data.NAME]: format, files, test and validation images, normalisation, `expect`; origins before what is
// derived.
#include <algorithm>
#include <limits>
#include <set>

#include "study/parse/parse_derived.hpp"
#include "study/parse/parse_tables.hpp"

namespace espalier::study {
namespace {

constexpr std::int64_t kMostPixels = 10'000'000'000;
constexpr std::int64_t kBig = std::numeric_limits<std::int32_t>::max();

/// Nothing where it is missing or unknown, which is said.
const task::ImageFormatRow* parse_format(const Reader& reader) {
  const auto names = task::image_format_names();
  if (!reader.has("format")) reader.missing("format", "Add format = " + either(names));
  const auto word = reader.choice("format", names);
  return word ? task::image_format_named(*word) : nullptr;
}

DataFiles parse_files(const Reader& reader) { return {reader.words("images"), reader.word("labels").value_or("")}; }

/// Held-out images are counted by class, or in all where an image may have several labels. `key` of them is the one
/// that belongs to the other kind.
void refuse_count(const Reader& reader, const std::string& key, bool multi_label) {
  if (multi_label)
    return reader.error(key, {"per_class with multi_label = true", "an image with several labels is of no class",
                              "Write { images = 500 }, which are held out of all images"});
  reader.error(key, {"a number of images of data with one label an image", "they are held out of each class",
                     "Write { per_class = 5 }"});
}

void parse_test(const Reader& reader, DataSet& data) {
  const toml::table* table = reader.child("test");
  if (!table) return;
  const Reader test(*table, reader.path("test"), "data.NAME.test", reader.report());
  if (test.has("images") == test.has("per_class")) {
    const bool both = test.has("images");
    return reader.error("test", {both ? "both per_class and images" : "neither per_class nor images",
                                 "test images are held out, or have files of their own",
                                 "Write { per_class = 5 } or { images = \"...\" }"});
  }
  const bool counts = test.has("images") && test.node("images")->is_integer();
  if (counts || test.has("per_class")) {
    if (counts != data.multi_label) return refuse_count(test, counts ? "images" : "per_class", data.multi_label);
    const auto held_out = test.integer(counts ? "images" : "per_class", 1, kBig).value_or(0);
    if (counts) data.test_images = held_out;
    else data.test_per_class = static_cast<std::int32_t>(held_out);
    return;
  }
  data.test_files = parse_files(test);
}

void parse_valid(const Reader& reader, DataSet& data) {
  const toml::table* table = reader.child("valid");
  if (!table) return;
  const Reader valid(*table, reader.path("valid"), "data.NAME.valid", reader.report());
  const std::string key = data.multi_label ? "images" : "per_class", other = data.multi_label ? "per_class" : "images";
  if (valid.has(other)) return refuse_count(valid, other, data.multi_label);
  if (!valid.has(key)) valid.missing(key, data.multi_label ? "Write { images = 500 }" : "Write { per_class = 3 }");
  const auto held_out = valid.integer(key, 1, kBig).value_or(0);
  if (data.multi_label) data.valid_images = held_out;
  else data.valid_per_class = static_cast<std::int32_t>(held_out);
}

void parse_expect(const Reader& reader, DataSet& data) {
  const toml::table* table = reader.child("expect");
  if (!table) return;
  const Reader expect(*table, reader.path("expect"), "data.NAME.expect", reader.report());
  for (const char* key : {"classes", "per_class", "shape"}) {
    if (!expect.has(key)) expect.missing(key, "Write { classes = 1000, per_class = 1300, shape = [3, 224, 224] }");
  }
  ExpectedData expected;
  expected.classes = static_cast<std::int32_t>(expect.integer("classes", 1, 10'000'000).value_or(1));
  expected.per_class = expect.integer("per_class", 1, kBig).value_or(1);
  expected.test_per_class = expect.integer("test_per_class", 0, kBig).value_or(0);
  const auto sides = expect.integers("shape", 1, 65'536);
  if (sides.size() == 3) {
    expected.shape = {static_cast<std::int32_t>(sides[0]), static_cast<std::int32_t>(sides[1]),
                      static_cast<std::int32_t>(sides[2])};
  } else if (const toml::node* shape = expect.node("shape");
             shape && shape->is_array() && shape->as_array()->size() != 3) {
    expect.error("shape", {"expected three numbers", "a shape is channels, height, width", ""});
  }
  data.expect = expected;
}

void parse_normalisation(const Reader& reader, DataSet& data) {
  data.mean = reader.reals("mean", {.least = -100, .most = 100});
  data.std = reader.reals("std", {.most = 100, .above = 0});
  if (reader.has("mean") != reader.has("std")) {
    reader.error(reader.has("mean") ? "mean" : "std", {"mean and std come together", "one of them is missing", ""});
  } else if (data.mean.size() != data.std.size()) {
    reader.error("std", {"mean and std differ in number", "each holds one number a channel", ""});
  }
}

void parse_made(const Reader& reader, DataSet& data) {
  for (const auto& number : task::made_numbers()) {
    if (data.format == task::ImageFormat::made) {
      data.made[number.key] = reader.integer(number.key, number.least, number.most).value_or(number.fallback);
    } else if (reader.has(number.key)) {
      reader.error(number.key,
                   {"'" + number.key + "' belongs to made data", "these have images in files", "Remove it"});
    }
  }
}

void check_images(const Reader& reader, const DataSet& data, const task::ImageFormatRow& format) {
  const bool has_files = format.paths != task::ImagePaths::none;
  if (has_files && !reader.has("images")) reader.missing("images", "Name the files");
  if (!has_files && reader.has("images")) {
    reader.error("images", {"made data have no files", "their images are drawn from a seed", "Remove it"});
  }
  if (format.paths == task::ImagePaths::one && data.files.images.size() > 1) {
    reader.error("images", {"expected one path", "this format has its images in one place", "Name one"});
  }
}

/// Whether images may have several labels; that the format cannot say so is reported.
bool parse_several(const Reader& reader, const task::ImageFormatRow& format) {
  using task::ImageFormat;
  const bool can =
      format.format == ImageFormat::idx || format.format == ImageFormat::folder || format.format == ImageFormat::pack;
  const bool several = reader.truth("multi_label").value_or(false);
  if (!several || can) return several;
  reader.error("multi_label", {"multi_label = true with format = \"" + format.name + "\"",
                               format.name + " images have one label each", "Remove it, or use idx, folder or pack"});
  return false;
}

void check_labels(const Reader& reader, const DataSet& data, const task::ImageFormatRow& format) {
  const bool has_table = data.multi_label && format.format == task::ImageFormat::folder;
  if (has_table) {
    if (!reader.has("labels")) reader.missing("labels", "Name the table of labels");
    if (data.test_files && data.test_files->labels.empty() && !reader.report().has_error({reader.path("test.labels")}))
      reader.error("test",
                   {"'labels' is missing", "images with several labels have them in a table", "Add labels = ..."});
    return;
  }
  if (!format.has_label_file && reader.has("labels")) {
    reader.error("labels",
                 {"this format has no label file", "its labels stand in the records or in folder names", "Remove it"});
  }
  if (format.has_label_file && !reader.has("labels")) reader.missing("labels", "Name the label file");
  const bool is_said = reader.report().has_error({reader.path("test.labels")});
  if (data.test_files && format.has_label_file && data.test_files->labels.empty() && !is_said) {
    reader.error("test", {"'labels' is missing", format.name + " images have labels in a file of their own",
                          "Add labels = ..."});
  }
}

bool reads(const task::ImageFormatRow& format, const std::string& key) {
  return std::find(format.own_keys.begin(), format.own_keys.end(), key) != format.own_keys.end();
}

/// "format = \"idx\" or \"cifar\"": the formats that read the key.
std::string formats_that_read(const std::string& key) {
  std::vector<std::string> names;
  for (const auto& row : task::image_formats()) {
    if (reads(row, key)) names.push_back(row.name);
  }
  return "format = " + either(names);
}

/// A key of other formats has no effect; old studies may have it.
void warn_of_other_keys(const Reader& reader, const task::ImageFormatRow& format) {
  std::set<std::string> keys;
  for (const auto& other : task::image_formats()) keys.insert(other.own_keys.begin(), other.own_keys.end());
  for (const auto& key : keys) {
    if (reads(format, key) || !reader.has(key)) continue;
    reader.report().warning(reader.where(key), reader.path(key),
                            {"'" + key + "' belongs to " + formats_that_read(key),
                             "it has no effect on " + format.name + " images", "Remove it"});
  }
}

void check_files(const Reader& reader, const DataSet& data, const task::ImageFormatRow& format) {
  check_images(reader, data, format);
  check_labels(reader, data, format);
  warn_of_other_keys(reader, format);
}

/// What a derived data set may say, too; what is left out stays as it is.
void parse_use(const Reader& reader, DataSet& data) {
  parse_test(reader, data);
  parse_valid(reader, data);
  if (const auto order = reader.choice("order", {"shuffled", "file"}))
    data.order = order == "file" ? task::ImageOrder::file : task::ImageOrder::shuffled;
  data.label_kind = reader.choice("label_kind", {"fine", "coarse"}).value_or(data.label_kind);
  parse_normalisation(reader, data);
  if (const auto rule = reader.choice("short_classes", {"refuse", "take-all", "leave-out"})) {
    data.short_classes = rule == "refuse"     ? ShortClasses::refuse
                         : rule == "take-all" ? ShortClasses::take_all
                                              : ShortClasses::leave_out;
  }
}

DataSet parse_imported(const Reader& reader) {
  DataSet data;
  data.where = reader.where();
  const auto* format = parse_format(reader);
  if (format) data.format = format->format;
  data.files = parse_files(reader);
  data.multi_label = format && parse_several(reader, *format);
  parse_use(reader, data);
  data.resize = static_cast<std::int32_t>(reader.integer("resize", 0, 8192).value_or(0));
  data.max_pixels = reader.integer("max_pixels", 1, kMostPixels).value_or(task::kMaxPixels);
  data.grey = reader.truth("grey").value_or(false);
  data.rgb = reader.truth("rgb").value_or(false);
  parse_expect(reader, data);
  if (reader.has("transform")) {
    reader.error("transform", {"'transform' belongs to a derived data set", "'from' is missing",
                               "Name the data set whose images are transformed: from = \"...\""});
  }
  if (format) {  // else nothing is known of the other keys
    parse_made(reader, data);
    check_files(reader, data, *format);
  }
  return data;
}

DataSet parse_derived(const Reader& reader, const DataSet& origin) {
  DataSet data = origin;
  data.where = reader.where();
  data.mean.clear();
  data.std.clear();
  refuse_import_keys(reader);
  if (reader.has("test")) {
    data.test_per_class = 0;
    data.test_images = 0;
    data.test_files.reset();
  }
  parse_use(reader, data);
  if (data.test_files && reader.has("test")) {
    reader.error("test", {"test images of files do not belong to a derived data set",
                          "its test images are those of its origin, transformed", "Remove 'images' and 'labels'"});
  }
  data.from = reader.word("from").value_or("");
  data.transforms = parse_transforms(reader);
  return data;
}

/// Parses the tables in the order of the file, but for those that others are derived from, which come before these.
class DataTables {
 public:
  DataTables(const toml::table& all, Report& report) : report_(report) {
    for (const auto& entry : entries(all)) {
      if (const toml::table* table = entry.node->as_table()) {
        tables_[entry.key] = table;
        names_.push_back(entry.key);
      } else {
        report.error(entry.where, "data." + entry.key,
                     {"expected a table", "found " + kind_of(*entry.node), "Write [data.NAME]"});
      }
    }
  }

  std::map<std::string, DataSet> parsed() {
    for (const auto& name : names_) parse(name);
    return std::move(sets_);
  }

 private:
  void parse(const std::string& name) {
    if (sets_.contains(name)) return;
    const Reader reader(*tables_.at(name), "data." + name, "data.NAME", report_);
    open_.push_back(name);
    const DataSet* origin = reader.has("from") ? needed(reader, "from", reader.word("from").value_or("")) : nullptr;
    DataSet data = reader.has("from") ? parse_derived(reader, origin ? *origin : DataSet()) : parse_imported(reader);
    for (const auto& one : data.transforms) {
      if (const std::string other = task::other_data(one); !other.empty()) needed(reader, "transform", other);
    }
    open_.pop_back();
    data.name = name;
    sets_[name] = std::move(data);
  }

  /// The data set that another one is made of; null where there is none, or the two are made of each other, which is
  /// said.
  const DataSet* needed(const Reader& reader, const std::string& key, const std::string& name) {
    if (name.empty()) return nullptr;
    if (!tables_.contains(name)) {
      reader.error(key, unknown_word("data set", name, names_));
      return nullptr;
    }
    if (const auto at = std::find(open_.begin(), open_.end(), name); at != open_.end()) {
      std::string circle;
      for (auto one = at; one != open_.end(); ++one) circle += "'" + *one + "' is made of ";
      reader.error(key, {"data sets are derived from each other in a circle", circle + "'" + name + "'",
                         "One of them must have files"});
      return nullptr;
    }
    parse(name);
    return &sets_.at(name);
  }

  Report& report_;
  std::map<std::string, const toml::table*> tables_;
  std::vector<std::string> names_;
  std::vector<std::string> open_;  ///< being parsed, the innermost last
  std::map<std::string, DataSet> sets_;
};

}  // namespace

void parse_data(const Reader& root, Study& study) {
  if (!root.has("data")) {
    return root.report().error({}, "data", {"there is no data set", "trainings need images", "Add [data.NAME]"});
  }
  const toml::table* all = root.child("data");
  if (!all) return;
  study.data = DataTables(*all, root.report()).parsed();
}

}  // namespace espalier::study
