#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "rest/partitions/partition.hpp"

namespace ingest::rest {

/// Tells the records of a partition apart by what they consist of, where they have no key, or each version of one is to
/// be a row. A record that comes again, as windows and runs overlap where they meet, has the identity that it had; in
/// another partition an equal one has another. The window has no part in it: the last one of a run is never the same
/// twice.
///
/// Equal records of one page are told apart by their order. Of equal ones on different pages nobody knows whether they
/// are one that has moved: they have one identity.
class record_identity {
 public:
  explicit record_identity(const partition& of) : partition_(of.key()) {}

  void begin_page() { copies_.clear(); }

  /// A UUID of version 8 (RFC 9562): of SHA-256 over the record's canonical JSON, or over its bytes where it is nested
  /// too deeply for that.
  std::string of(std::string_view record);

  /// The record with its identity_member; one that is no object has no members, and is as it was. A member of its own
  /// that is called so is `_ingest_id_of_record` then.
  static std::string with(std::string_view record, std::string_view identity);

 private:
  std::string partition_;
  std::map<std::string, std::uint64_t> copies_;  ///< of the page, by digest
};

}  // namespace ingest::rest
