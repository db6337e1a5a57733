#pragma once

#include <string>

namespace ingest::app {

/// ingest(1), for man, of the tables that `--help` is made of.
std::string man_page();

}  // namespace ingest::app
