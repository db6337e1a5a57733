#pragma once

#include <string_view>

namespace ingest::app {

/// The page that shows a service, page.html: one document without anything from elsewhere, which asks /status each
/// second.
std::string_view page_text();

}  // namespace ingest::app
