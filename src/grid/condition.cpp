// Compiles conditions with muParserX and evaluates them, keeping results by the values they depend on.
#include "espalier/grid/condition.hpp"

#include <muparserx/mpParser.h>

#include <limits>

#include "espalier/core/checks.hpp"
#include "espalier/core/errors.hpp"
#include "grid/condition_text.hpp"

namespace espalier::grid {
namespace {

class Not : public mup::IOprtInfix {
 public:
  Not() : IOprtInfix("!", mup::prINFIX) {}
  void Eval(mup::ptr_val_type& out, const mup::ptr_val_type* in, int) override { *out = !in[0]->GetBool(); }
  const mup::char_type* GetDesc() const override { return "truth negated"; }
  mup::IToken* Clone() const override { return new Not(*this); }
};

mup::Value value_of(const study::Value& value) {
  struct Maker {
    mup::Value operator()(bool v) const { return v; }
    mup::Value operator()(std::int64_t v) const { return static_cast<mup::float_type>(v); }
    mup::Value operator()(double v) const { return v; }
    mup::Value operator()(const std::string& v) const {
      if (v == "all") return std::numeric_limits<double>::infinity();
      return v;
    }
  };
  return std::visit(Maker{}, value.held);
}

std::string key_of(const std::vector<const study::Value*>& values) {
  std::string key;
  for (const auto* value : values) key += study::to_string(*value) + '\n';
  return key;
}

}  // namespace

struct Condition::Parser {
  mup::ParserX parser{mup::pckCOMMON | mup::pckNON_COMPLEX | mup::pckSTRING};
  std::vector<mup::Value> values;
};

Condition::Condition(const std::string& text, const std::vector<std::string>& known)
    : text_(text), parser_(std::make_unique<Parser>()) {
  ConditionText translated = translate(text, known);
  names_ = std::move(translated.names);
  parser_->values.resize(names_.size());
  try {
    parser_->parser.DefineInfixOprt(new Not);
    parser_->parser.DefineConst("all", std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < names_.size(); ++i) {
      parser_->parser.DefineVar(mangled(names_[i]), mup::Variable(&parser_->values[i]));
    }
    parser_->parser.SetExpr(translated.expression);
    parser_->parser.GetExprVar();  // parses the whole text, so that a malformed one throws here
  } catch (const mup::ParserError& error) {
    throw UsageError("condition '" + text_ + "' cannot be read", error.GetMsg(),
                     "Write it like 'frozen > transferred'.");
  }
}

Condition::~Condition() = default;
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;

bool Condition::holds(const std::vector<const study::Value*>& values) {
  ESPALIER_EXPECT(values.size() == names_.size());
  auto [entry, fresh] = known_results_.try_emplace(key_of(values), false);
  if (!fresh) return entry->second;
  try {
    for (std::size_t i = 0; i < values.size(); ++i) parser_->values[i] = value_of(*values[i]);
    entry->second = parser_->parser.Eval().GetBool();
  } catch (const mup::ParserError& error) {
    known_results_.erase(entry);
    throw UsageError("condition '" + text_ + "' cannot be judged", error.GetMsg(),
                     "Compare numbers with numbers and words with words.");
  }
  return entry->second;
}

}  // namespace espalier::grid
