#include "demo_api/rest/pagination/sized_pages.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "demo_api/rest/refusal.hpp"

namespace demo_api::rest {
namespace {

void append_escaped(std::string_view text, std::string& out) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += hex[static_cast<unsigned char>(c) >> 4];
      out += hex[static_cast<unsigned char>(c) & 15];
    }
  }
}

}  // namespace

sized_pages::sized_pages(settings& s)
    : size_(s.number("size", 100, 1'000'000)),
      most_(s.number("most", std::max<std::uint64_t>(size_, 1000), 1'000'000)),
      size_parameter_(s.text("size_parameter", "limit")),
      total_(s.text("total", "")),
      more_(s.text("more", "")),
      total_header_(s.flag("total_header", false)) {
  if (size_ == 0 || most_ < size_) {
    s.refuse("size", "must be at least 1, and at most \"most\"");
  }
  for (const auto& name : {total_, more_}) {
    if (!name.empty()) {
      members_.push_back(name);
    }
  }
}

void sized_pages::append_member(std::size_t member, const page_place& place, std::string& out) const {
  if (members_[member] == total_) {
    out += std::to_string(place.all.size());
  } else if (members_[member] == more_) {
    out += place.is_last() ? "false" : "true";
  } else {
    append_next(place, out);
  }
}

void sized_pages::add_headers(const page_place& place, http_response& response) const {
  if (total_header_) {
    response.add_header("X-Total-Count", std::to_string(place.all.size()));
  }
}

void sized_pages::append_next(const page_place&, std::string& out) const {
  out += "null";
}

std::uint64_t sized_pages::size_in(const http_request& request) const {
  const std::uint64_t wanted = number_in(request, size_parameter_, size_);
  if (wanted == 0) {
    throw refusal(400, size_parameter_ + " must be at least 1");
  }
  return std::min(wanted, most_);
}

page_span sized_pages::page_at(std::uint64_t position, const http_request& request, const selection& all) const {
  const std::size_t first = std::min<std::size_t>(position, all.size());
  return {first, first + std::min<std::size_t>(size_in(request), all.size() - first)};
}

std::uint64_t number_in(const http_request& request, const std::string& parameter, std::uint64_t otherwise) {
  const auto text = request.parameter(parameter);
  if (!text) {
    return otherwise;
  }
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (failure != std::errc() || end != text->data() + text->size() || value > 1'000'000'000'000) {
    throw refusal(400, parameter + " must be a whole number");
  }
  return value;
}

std::string url_with(const http_request& request, const std::string& parameter, const std::string& value,
                     bool relative) {
  std::string url = relative ? "" : "http://" + request.header("Host");
  url += request.target.substr(0, request.target.find_first_of("?#"));
  char before = '?';
  const auto append = [&](std::string_view name, std::string_view text) {
    url += std::exchange(before, '&');
    append_escaped(name, url);
    url += '=';
    append_escaped(text, url);
  };
  for (const auto& [name, text] : request.parameters) {
    if (name != parameter) {
      append(name, text);
    }
  }
  append(parameter, value);
  return url;
}

}  // namespace demo_api::rest
