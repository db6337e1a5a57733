#pragma once

#include "rest/paginators/answer_hints.hpp"

namespace ingest::rest {

/// Adds what the headers of an answer say of further pages, `headers` as pagination strategies know them: Link,
/// X-Next-Page, X-Total-Pages, X-Pagination, Content-Range …
void look_at_headers(const value& headers, answer_hints& hints);

}  // namespace ingest::rest
