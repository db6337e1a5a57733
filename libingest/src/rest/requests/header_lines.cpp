#include "rest/requests/header_lines.hpp"

#include <algorithm>

#include "core/ascii.hpp"

namespace ingest::rest {

namespace {

auto find_named(std::vector<http_header>& headers, std::string_view name) {
  return std::find_if(headers.begin(), headers.end(),
                      [&](const http_header& h) { return lower(h.name) == lower(name); });
}

}  // namespace

std::vector<http_header> header_lines(const dictionary& headers) {
  std::vector<http_header> lines;
  for (const auto& [name, content] : headers) {
    http_header line{name.to_text(), content.to_text()};
    if (const auto there = find_named(lines, line.name); there != lines.end()) {
      *there = std::move(line);
    } else {
      lines.push_back(std::move(line));
    }
  }
  return lines;
}

void set_unless_given(std::vector<http_header>& headers, std::string_view name, std::string_view content) {
  if (find_named(headers, name) == headers.end()) {
    headers.push_back({std::string(name), std::string(content)});
  }
}

}  // namespace ingest::rest
