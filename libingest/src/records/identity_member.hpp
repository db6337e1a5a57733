#pragma once

#include <string_view>

namespace ingest {

/// What records without a key are told apart by, where they are given it: a member, and the column of a typed table
/// that is filled with it, a uuid.
inline constexpr std::string_view identity_member = "_ingest_id";

}  // namespace ingest
