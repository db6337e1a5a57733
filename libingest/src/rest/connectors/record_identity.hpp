#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "rest/streams/stream_slice.hpp"

namespace ingest::rest {

/// Tells the records of a slice apart by what they consist of, where they have no key, or each version of one is to be
/// a row. A record that comes again, as windows and runs overlap where they meet, has the identity that it had; in
/// another partition an equal one has another. So has a record without the cursor's member in another window, as
/// nothing of it tells when it was.
///
/// Equal records of one page are told apart by their order. Of equal ones on different pages nobody knows whether they
/// are one that has moved: they have one identity.
class record_identity {
 public:
  /// `cursor_field` is the member by which records belong to windows.
  record_identity(const stream_slice& slice, std::string cursor_field);

  void begin_page() { copies_.clear(); }

  /// A UUID of version 8 (RFC 9562): of SHA-256 over the record's canonical JSON.
  std::string of(std::string_view record);

  /// The record with its identity_member; one that is no object has no members, and is as it was.
  static std::string with(std::string_view record, std::string_view identity);

 private:
  std::string partition_;
  std::string window_;
  std::string cursor_field_;
  std::map<std::string, std::uint64_t> copies_;  ///< of the page, by digest
};

}  // namespace ingest::rest
