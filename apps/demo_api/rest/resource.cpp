#include "demo_api/rest/resource.hpp"

#include <utility>

#include "demo_api/answer.hpp"
#include "demo_api/gzip.hpp"
#include "demo_api/rest/refusal.hpp"

namespace demo_api::rest {
namespace {

yaml_value word(std::string_view text) {
  yaml_value value;
  value.text = text;
  return value;
}

template <typename Made>
Made made_or(settings& s, std::string_view name, std::string_view otherwise, Made (*make)(const yaml_value&)) {
  const yaml_value* found = s.find(name);
  return make(found == nullptr ? word(otherwise) : *found);
}

std::shared_ptr<rate_limit> read_limit(settings& s, const std::shared_ptr<rate_limit>& otherwise) {
  const yaml_value* found = s.find("rate_limit");
  if (found == nullptr) {
    return otherwise;
  }
  settings of_limit(*found);
  auto limit = std::make_shared<rate_limit>(of_limit);
  of_limit.finish();
  return limit;
}

}  // namespace

resource::resource(const std::string& name, settings& s, const api_defaults& defaults, const resource* parent)
    : name_(name),
      parent_(parent),
      path_(defaults.base + s.text("path", "/" + name)),
      parent_parameter_(s.text("parent_parameter", "")),
      records_(s, defaults.seed, name, parent == nullptr ? nullptr : &parent->records_),
      limit_(read_limit(s, defaults.limit)),
      pagination_(made_or(s, "pagination", "page", make_pagination)),
      format_(made_or<std::unique_ptr<body_format>>(s, "format", "json", make_body_format)),
      gzip_(s.choice("gzip", "encoding", {"never", "encoding", "file"})),
      harm_bits_(defaults.seed, 403) {
  const yaml_value* own_access = s.find("auth");
  access_ = own_access == nullptr ? defaults.access : std::shared_ptr(make_auth(*own_access));
  if (!pagination_->members().empty()) {
    if (!format_->takes_members()) {
      s.refuse("format", "has no room for what this pagination says in the body");
    }
    format_->set_members(pagination_->members());
  }
  const bool by_path = path_.find(parent_mark) != std::string::npos;
  if ((parent != nullptr) != (by_path || !parent_parameter_.empty()) || (by_path && !parent_parameter_.empty())) {
    s.refuse("parent", "needs either {parent} in \"path\" or \"parent_parameter\", and the other way round");
  }
  if (const yaml_value* filter = s.find("filter")) {
    if (!records_.has_times() || parent != nullptr) {
      s.refuse("filter", "needs a field of kind time, and no parent");
    }
    settings of_filter(*filter);
    filter_ = std::make_unique<time_filter>(of_filter);
    of_filter.finish();
  }
  if (const yaml_value* changing = s.find("changes")) {
    settings of_changes(*changing);
    changes_ = std::make_unique<changes>(of_changes, defaults.seed, records_);
    of_changes.finish();
  }
  if (const yaml_value* faults = s.find("faults")) {
    for (const auto& rule : faults->items) {
      faults_.push_back(std::make_unique<fault_rule>(rule, defaults.seed));
    }
    if (faults_.empty()) {
      s.refuse("faults", "must be a list");
    }
  }
  rendered_ = rendered_records::make(records_, *format_);
}

bool resource::admit(const http_request& request, http_response& response) {
  if (!access_->admits(request)) {
    ++counts_.unauthorized;
    answer_error(response, 401, "Unauthorized", "", "the credentials are missing, wrong or expired");
    return false;
  }
  if (limit_ && !limit_->admit(response)) {
    ++counts_.limited;
    return false;
  }
  return true;
}

std::uint64_t resource::find_parent(const http_request& request, std::optional<std::string_view> key) const {
  const std::string named = key ? std::string(*key) : request.parameter(parent_parameter_).value_or("");
  if (named.empty()) {
    throw refusal(400, "the parameter " + parent_parameter_ + " is missing");
  }
  const auto lock = parent_->records_.reading();
  const auto found = parent_->records_.find_key(named);
  if (!found) {
    throw refusal(404, "there is no such " + parent_->name_);
  }
  return *found;
}

const planned_harm* resource::harm_of(std::uint64_t number, std::uint64_t parent) {
  for (auto& rule : faults_) {
    if (const planned_harm* harm = faults_on_ ? rule->at(number, parent) : nullptr) {
      ++counts_.faults;
      return harm;
    }
  }
  return nullptr;
}

void resource::answer(const http_request& request, http_response& response, const connection& line,
                      std::optional<std::string_view> parent_key) {
  const std::uint64_t number = counts_.requests++;
  if (!admit(request, response)) {
    return;
  }
  std::optional<std::uint64_t> parent;
  if (parent_ != nullptr) {
    parent = find_parent(request, parent_key);
  }
  const planned_harm* harm = harm_of(number, parent.value_or(0));
  if (harm != nullptr && harm->answer(line, response)) {
    return;
  }
  if (changes_) {
    changes_->catch_up();
  }
  const std::size_t told = append_page(request, response, parent);
  compress(request, response);
  if (harm != nullptr) {
    harm->spoil(response, harm_bits_[number]);
  } else {
    ++counts_.pages;
    counts_.records += told;
  }
}

selection resource::chosen(const http_request& request, std::optional<std::uint64_t> parent) const {
  selection all = parent ? records_.of_parent(*parent) : records_.all();
  return filter_ ? filter_->apply(request, all) : all;
}

std::size_t resource::append_page(const http_request& request, http_response& response,
                                  std::optional<std::uint64_t> parent) {
  const auto lock = records_.reading();
  const selection all = chosen(request, parent);
  const page_place place{request, all, pagination_->choose(request, all)};
  response.content_type = format_->content_type();
  format_->append_body(
      records_.shape(), response.body, [&] { append_records(*format_, all, place.span, response.body); },
      [&](std::size_t member) { pagination_->append_member(member, place, response.body); });
  pagination_->add_headers(place, response);
  return place.span.last - place.span.first;
}

void resource::append_records(const body_format& format, const selection& all, page_span span, std::string& out) const {
  if (rendered_ && &format == format_.get() && all.in_order_of_numbers() && span.first < span.last) {
    rendered_->append(all.record(span.first), span.last - span.first, out);
    return;
  }
  std::string parent_key;
  std::optional<std::uint64_t> parent;
  for (std::size_t position = span.first; position < span.last; ++position) {
    const std::uint64_t record = all.record(position);
    if (parent_ != nullptr && parent != record / records_.most_each()) {
      parent = record / records_.most_each();
      parent_key = parent_->records_.key_of(*parent);
    }
    out += position == span.first ? "" : format.separator();
    format.append_record(records_.shape(), records_.facts(record, parent_key), out);
  }
}

void resource::compress(const http_request& request, http_response& response) const {
  if (gzip_ == 1) {
    compress_body(request, response, true);
  } else if (gzip_ == 2) {
    gzip(response.body, response.spare);
    response.body.swap(response.spare);
    response.content_type = "application/gzip";
  }
}

}  // namespace demo_api::rest
