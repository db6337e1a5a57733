#include "rest/connectors/building.hpp"
#include "rest/dates/duration.hpp"

namespace ingest::rest {

namespace {

using policy = std::shared_ptr<call_rate_policy>;

std::chrono::milliseconds period_of(const component& of, std::string_view name) {
  const interpolation text = of.expression(name);
  const duration d = duration::parse(text.render(*of.known()), text.where());
  constexpr std::chrono::days month{30};  // as long as nobody limits calls by months of the calendar
  return std::chrono::duration_cast<std::chrono::milliseconds>(d.time + d.months * month);
}

std::map<std::string, std::string> texts_of(const component& of, std::string_view name) {
  std::map<std::string, std::string> all;
  for (const auto& [key, content] : of.inputs(name).texts_and_lists(*of.known())) {
    all.emplace(key.to_text(), content.to_text());
  }
  return all;
}

std::vector<call_matcher> matchers_of(const component& of) {
  std::vector<call_matcher> all;
  for (const component& m : of.children("matchers")) {
    call_matcher_options o;
    o.where = m.where();
    o.method = m.text("method");
    o.url_base = m.expression("url_base").render(*m.known());
    o.url_path_pattern = m.text("url_path_pattern");
    o.params = texts_of(m, "params");
    o.headers = texts_of(m, "headers");
    o.weight = static_cast<unsigned>(m.whole("weight", 1));
    all.emplace_back(std::move(o));
  }
  return all;
}

constexpr component_maker<policy> policies[] = {
    {"UnlimitedCallRatePolicy",
     [](const component& of) -> policy { return std::make_shared<unlimited_call_rate>(matchers_of(of)); }},
    {"FixedWindowCallRatePolicy",
     [](const component& of) -> policy {
       return std::make_shared<fixed_window_call_rate>(of.whole("call_limit", 0), period_of(of, "period"),
                                                       matchers_of(of), of.where());
     }},
    {"MovingWindowCallRatePolicy",
     [](const component& of) -> policy {
       std::vector<call_rate> rates;
       for (const component& rate : of.children("rates")) {
         rates.push_back({rate.whole("limit", 0), period_of(rate, "interval")});
       }
       return std::make_shared<moving_window_call_rate>(std::move(rates), matchers_of(of), of.where());
     }},
};

}  // namespace

std::shared_ptr<api_budget> make_budget(const component& of) {
  api_budget_options o;
  for (const component& p : of.children("policies")) {
    o.policies.push_back(make_by_type(policies, p));
  }
  o.ratelimit_reset_header = of.text("ratelimit_reset_header", o.ratelimit_reset_header);
  o.ratelimit_remaining_header = of.text("ratelimit_remaining_header", o.ratelimit_remaining_header);
  if (of.field("status_codes_for_ratelimit_hit") != nullptr) {
    o.status_codes_for_ratelimit_hit.clear();
    for (const node& code : of.field("status_codes_for_ratelimit_hit")->items()) {
      o.status_codes_for_ratelimit_hit.insert(static_cast<int>(code.scalar().integer()));
    }
  }
  o.time = of.parts().time;
  return std::make_shared<api_budget>(std::move(o));
}

}  // namespace ingest::rest
