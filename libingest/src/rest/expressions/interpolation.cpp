#include "rest/expressions/interpolation.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "ingest/error.hpp"
#include "rest/expressions/evaluation.hpp"
#include "rest/expressions/fault.hpp"
#include "rest/expressions/literal.hpp"
#include "rest/expressions/macros.hpp"
#include "rest/expressions/names.hpp"
#include "rest/expressions/object.hpp"
#include "rest/expressions/syntax.hpp"

namespace ingest::rest {

using namespace expressions;

namespace {

constexpr std::size_t max_steps = 2'000'000;
constexpr std::size_t max_template = 1 << 20;
constexpr std::size_t shown = 200;

std::string_view without_alias(std::string_view name) {
  return name == "stream_interval" || name == "stream_partition" ? "stream_slice" : name;
}

}  // namespace

void variables::set(std::string_view name, value content) {
  const auto own = std::find_if(own_.begin(), own_.end(), [&](const auto& one) { return one.first == name; });
  if (own != own_.end()) {
    own->second = std::move(content);
  } else {
    own_.emplace_back(name, std::move(content));
  }
}

const value* variables::find_own(std::string_view name) const {
  const auto own = std::find_if(own_.begin(), own_.end(), [&](const auto& one) { return one.first == name; });
  return own != own_.end() ? &own->second : outer_ != nullptr ? outer_->find_own(name) : nullptr;
}

const value* variables::find(std::string_view name) const {
  return find_own(without_alias(name));
}

const variables::clock* variables::time() const {
  return clock_ ? &clock_ : outer_ != nullptr ? outer_->time() : nullptr;
}

struct interpolation::compiled {
  std::string text;
  std::string where;
  block body;
  bool constant = true;
  std::set<std::string, std::less<>> names;  ///< that must be given
  std::string plain;                         ///< what a constant renders
  value literal_of_plain;

  [[noreturn]] void refuse(errc code, const std::string& message) const {
    std::string place = where.empty() ? "an expression" : where;
    std::string excerpt = text.substr(0, shown) + (text.size() > shown ? "…" : "");
    std::replace(excerpt.begin(), excerpt.end(), '\n', ' ');
    throw error(code, place + ": " + message + ", in: " + excerpt);
  }

  void require_names(const variables& given) const {
    for (const std::string& name : names) {
      if (given.find(name) == nullptr) {
        refuse(errc::config, "the variable '" + name + "' is not known here");
      }
    }
  }

  /// Nothing where something is undefined, which `missing` then names.
  std::optional<std::string> rendered(const variables& given, std::string* missing = nullptr) const {
    if (constant) {
      return plain;
    }
    require_names(given);
    const work_limit limit(max_steps);
    const told_time time(given.time());
    try {
      return evaluation(given).rendered(body);
    } catch (const fault& f) {
      if (f.what == fault::kind::type) {
        return text;
      }
      if (f.what != fault::kind::undefined) {
        refuse(errc::config, f.message);
      }
      if (missing != nullptr) {
        *missing = f.message;
      }
      return std::nullopt;
    } catch (const error& e) {
      refuse(e.code(), e.what());
    }
  }

  static value read(std::string rendered_text) {
    auto found = literal(rendered_text);
    return found ? *std::move(found) : value::text_of(std::move(rendered_text));
  }
};

interpolation::interpolation(std::string text, std::string where) {
  auto made = std::make_shared<compiled>();
  made->text = std::move(text);
  made->where = std::move(where);
  if (made->text.size() > max_template) {
    made->refuse(errc::config, "a template has more than 1 MB");
  }
  if (made->text.find("stream_state") != std::string::npos) {
    made->refuse(errc::config, "`stream_state` is not supported; use `stream_interval`, which has the window's ends");
  }
  try {
    made->body = parse_template(made->text);
  } catch (const fault& f) {
    made->refuse(errc::config, f.message);
  } catch (const error& e) {
    made->refuse(errc::config, e.what());
  }
  for (const statement& one : made->body) {
    made->constant = made->constant && one.what == statement::kind::text;
    made->plain += one.text;
  }
  if (made->constant) {
    made->literal_of_plain = made->read(made->plain);
  }
  made->names = names_needed(made->body);
  compiled_ = std::move(made);
}

const std::string& interpolation::text() const {
  return compiled_->text;
}

const std::string& interpolation::where() const {
  return compiled_->where;
}

bool interpolation::constant() const {
  return compiled_->constant;
}

bool interpolation::names(std::string_view name) const {
  return std::any_of(compiled_->names.begin(), compiled_->names.end(),
                     [&](const std::string& one) { return without_alias(one) == without_alias(name); });
}

value interpolation::evaluate(const variables& given, const value& otherwise) const {
  if (compiled_->constant) {
    return compiled_->plain.empty() ? otherwise : compiled_->literal_of_plain;
  }
  auto rendered = compiled_->rendered(given);
  return !rendered || rendered->empty() ? otherwise : compiled_->read(*std::move(rendered));
}

value interpolation::evaluate_itself(const variables& given) const {
  if (compiled_->constant) {
    return compiled_->literal_of_plain;
  }
  return compiled_->read(render(given));
}

std::string interpolation::evaluate_name(const variables& given) const {
  std::string rendered = render(given);
  const auto found = literal(rendered);
  return found && found->is_text() ? found->text() : rendered;
}

std::string interpolation::render(const variables& given) const {
  std::string missing;
  auto rendered = compiled_->rendered(given, &missing);
  if (!rendered) {
    compiled_->refuse(errc::config, missing);
  }
  return *std::move(rendered);
}

bool interpolation::holds(const variables& given) const {
  const value result = evaluate(given, value::boolean_of(false));
  if (result.is_text()) {
    static constexpr std::string_view untrue[] = {"", "False", "false", "{}", "[]", "()", "0", "0.0"};
    return std::find(std::begin(untrue), std::end(untrue), result.text()) == std::end(untrue);
  }
  const bool can_be_false = !result.is_none() && (result.kind() != value::kind::object || object_in<sequence>(result));
  return !can_be_false || result.truth();
}

}  // namespace ingest::rest
