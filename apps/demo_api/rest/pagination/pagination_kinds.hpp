#pragma once

#include <memory>

#include "demo_api/rest/description/kinds.hpp"
#include "demo_api/rest/pagination/pagination.hpp"

namespace demo_api::rest {

/// All records in one answer.
std::unique_ptr<pagination> make_no_pagination(settings& s);

/// The number of a page in `parameter`, counted from `first` on.
std::unique_ptr<pagination> make_page_number(settings& s);

/// How many records to pass over, in `parameter`.
std::unique_ptr<pagination> make_offset(settings& s);

/// A token in `member` of the body (null on the last page), which comes back in `parameter`.
std::unique_ptr<pagination> make_cursor_token(settings& s);

/// The next page's URL in `member` of the body (null on the last page); `relative`: without scheme and host.
std::unique_ptr<pagination> make_next_url(settings& s);

/// The next page's URL in the header Link (RFC 8288), none on the last page.
std::unique_ptr<pagination> make_link_header(settings& s);

}  // namespace demo_api::rest
