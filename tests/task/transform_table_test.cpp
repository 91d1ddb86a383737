// The table of transforms: what may be said of one, its defaults, and the shapes that it makes.
#include "espalier/task/transform_table.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "espalier/core/errors.hpp"

using namespace espalier;
using namespace espalier::task;

namespace {

TransformSpec spec_of(const std::string& kind, std::map<std::string, double> numbers = {},
                      std::map<std::string, std::string> words = {}) {
  return {kind, std::move(numbers), std::move(words)};
}

/// The least that may be said of each kind.
TransformSpec least_of(const TransformRow& row) {
  TransformSpec spec = spec_of(row.kind);
  for (const auto& one : row.parameters) {
    if (!one.required()) continue;
    if (one.type == ParameterType::word) spec.words[one.name] = one.words.front();
    else if (one.type == ParameterType::data) spec.words[one.name] = "photos";
    else set_number(spec, one, {one.most, one.most});
  }
  return spec;
}

void refused(const TransformSpec& spec, const char* why) {
  CHECK_THROWS_AS(check(spec), UsageError);
  CHECK_THROWS_WITH(check(spec), Catch::Contains(why));
}

}  // namespace

TEST_CASE("transforms: every kind is found by its name, and each of its parameters has a name of its own") {
  for (const auto& row : transforms()) {
    INFO(row.kind);
    CHECK(transform_named(row.kind) == &row);
    CHECK_FALSE(row.meaning.empty());
    std::set<std::string> names;
    for (const auto& one : row.parameters) {
      CHECK(names.insert(one.name).second);
      CHECK_FALSE(one.meaning.empty());
      CHECK_FALSE(range_text(one).empty());
      CHECK((!one.number || (*one.number >= one.least && *one.number <= one.most)));
    }
    CHECK_NOTHROW(check(least_of(row)));
  }
  CHECK(transform_named("smear") == nullptr);
  CHECK(transform_names().size() == transforms().size());
}

TEST_CASE("transforms: what is left out has its default, and a complete one says the same") {
  for (const auto& row : transforms()) {
    INFO(row.kind);
    const auto whole = completed(least_of(row));
    CHECK_NOTHROW(check(whole));
    CHECK(completed(whole) == whole);
    for (const auto& one : row.parameters) {
      if (one.number && one.type != ParameterType::range) CHECK(number_of(whole, one.name) == *one.number);
    }
  }
  const auto turned = spec_of("affine", {{"rotation.least", -5}, {"rotation.most", 9}});
  CHECK(span_of(turned, "rotation").most == 9);
  CHECK(span_of(turned, "scale").least == 1);
  CHECK_FALSE(given_number(spec_of("occlude", {{"height", 3}}), "top"));
}

TEST_CASE("transforms: unknown words and numbers out of range are refused") {
  refused(spec_of("smear"), "there is no transform 'smear'");
  refused(spec_of("blur"), "'sigma' is missing");
  refused(spec_of("blur", {{"sigma", -1}}), "sigma = -1 is out of range (it must be of at least 0 and at most 100)");
  refused(spec_of("blur", {{"sigma", 1}, {"angle", 1}}), "it has no number 'angle'");
  refused(spec_of("scale", {{"factor", 0}}, {{"pad", "zero"}}), "above 0");
  refused(spec_of("scale", {{"factor", 1}}, {{"pad", "wood"}}), "pad = \"wood\" is unknown");
  refused(spec_of("occlude", {{"height", 2.5}}), "a whole number");
  refused(spec_of("rotate"), "'angle' is missing");
  refused(spec_of("rotate", {{"angle", 3}}), "has two ends");
  refused(spec_of("rotate", {{"angle.least", 3}}), "has two ends");
  refused(spec_of("rotate", {{"angle.least", 3}, {"angle.most", 2}}), "the range of 'angle' is empty");
}

TEST_CASE("transforms: shapes change by resize, by channels and by what is blended") {
  const network::Shape grey{1, 28, 20}, coloured{3, 28, 20};
  const OtherImages photos{{3, 32, 32}, 5};
  const auto blend = spec_of("blend", {}, {{"with", "photos"}});

  CHECK(other_data(blend) == "photos");
  CHECK((shape_after(spec_of("resize", {{"size", 12}}), grey, nullptr) == network::Shape{1, 12, 12}));
  CHECK((shape_after(spec_of("grey_to_rgb"), grey, nullptr) == coloured));
  CHECK((shape_after(blend, grey, &photos) == coloured));
  CHECK((shape_after(spec_of("blur", {{"sigma", 1}}), grey, nullptr) == grey));
  CHECK((shape_after(spec_of("colour", {}, {{"to", "invert"}}), grey, nullptr) == grey));
}

TEST_CASE("transforms: images that cannot be transformed so are refused with their size") {
  const network::Shape grey{1, 28, 20};
  const auto fails = [&](const TransformSpec& spec, const OtherImages* other, const char* why) {
    CHECK_THROWS_WITH(shape_after(spec, grey, other), Catch::Contains(why));
  };
  const auto occlude = [](double height, double width, double left = 0) {
    return spec_of("occlude", {{"height", height}, {"width", width}, {"left", left}});
  };
  const OtherImages few{{3, 32, 32}, 5}, small{{3, 27, 32}, 5}, two_channels{{2, 32, 32}, 5};

  fails(occlude(29, 3), nullptr, "is larger than the image (the images have 28 x 20 pixels)");
  fails(occlude(28, 20), nullptr, "hides all of the image");
  fails(occlude(3, 3, 18), nullptr, "stands out of the image");
  CHECK_NOTHROW(shape_after(occlude(28, 19, 1), grey, nullptr));
  fails(spec_of("colour", {}, {{"to", "hsv"}}), nullptr, "the images have 1 channel");
  fails(spec_of("blend", {{"images", 6}}, {{"with", "photos"}}), &few, "fewer images than images = 6 (it has 5)");
  fails(spec_of("blend", {}, {{"with", "photos"}}), &small, "smaller than those they are blended with");
  CHECK_THROWS_WITH(shape_after(spec_of("blend", {}, {{"with", "p"}}), {3, 8, 8}, &two_channels),
                    Catch::Contains("the images have 3 channels"));
}

TEST_CASE("transforms: for people") {
  CHECK(text_of(spec_of("blur", {{"sigma", 1.5}})) == "blur (sigma 1.5)");
  CHECK(text_of(spec_of("grey_to_rgb")) == "grey_to_rgb");
  CHECK(text_of(spec_of("rotate", {{"angle.least", -3}, {"angle.most", 3}, {"seed", 2}})) ==
        "rotate (angle -3 to 3, seed 2)");
  CHECK(text_of(spec_of("scale", {{"factor", 0.5}}, {{"pad", "stretch"}})) == "scale (factor 0.5, pad stretch)");
}
