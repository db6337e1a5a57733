#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "demo_api/rest/description/settings.hpp"
#include "demo_api/rest/pagination/pagination.hpp"

namespace demo_api::rest {

/// What all paginations of pages have: their sizes, the announcement of the total, and whether there is more.
class sized_pages : public pagination {
 public:
  /// Takes `size` (100), `most` (1000), `size_parameter` (limit), and `total` and `more`, names of members; the total
  /// stands in the header X-Total-Count with `total_header`.
  explicit sized_pages(settings& s);

  std::vector<std::string> members() const override { return members_; }
  void append_member(std::size_t member, const page_place& place, std::string& out) const override;
  void add_headers(const page_place& place, http_response& response) const override;

 protected:
  /// Of pagination itself: `member` with the value of append_next().
  void add_member(const std::string& member) { members_.push_back(member); }
  virtual void append_next(const page_place& place, std::string& out) const;

  std::uint64_t size_in(const http_request& request) const;

  /// The page that begins at a position.
  page_span page_at(std::uint64_t position, const http_request& request, const selection& all) const;

 private:
  std::uint64_t size_;
  std::uint64_t most_;
  std::string size_parameter_;
  std::string total_;
  std::string more_;
  bool total_header_;
  std::vector<std::string> members_;
};

/// The whole number in a parameter. Throws refusal (400) for anything else.
std::uint64_t number_in(const http_request& request, const std::string& parameter, std::uint64_t otherwise);

/// The URL of a request with another value of a parameter; `relative`: path and query only.
std::string url_with(const http_request& request, const std::string& parameter, const std::string& value,
                     bool relative);

}  // namespace demo_api::rest
