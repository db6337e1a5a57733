#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "ingest/batch.hpp"

namespace ingest {

/// A set of page numbers, kept as intervals: small however many pages it holds, as long as they lie close together.
class page_set {
 public:
  void insert(page_id page) { insert(page, page); }

  /// Inserts first … last, both included.
  void insert(page_id first, page_id last);
  void insert(const page_set& other);

  bool contains(page_id page) const;
  bool empty() const { return intervals_.empty(); }
  std::uint64_t size() const;

  /// The greatest member, or 0.
  page_id max() const;

  /// The last page of the unbroken run 1, 2, 3 …, or 0 when 1 is missing.
  page_id contiguous_through() const;

  /// The lowest page of 1 … `through` that is not in the set.
  std::optional<page_id> first_missing(page_id through) const;

  /// First and last page of each interval, ascending.
  const std::map<page_id, page_id>& intervals() const { return intervals_; }

  bool operator==(const page_set&) const = default;

 private:
  std::map<page_id, page_id> intervals_;
};

/// Pages of several slices.
class slice_pages {
 public:
  void insert(const page& p) { slices_[p.slice].insert(p.id); }
  void insert(const slice_id& slice, const page_set& pages);
  void insert(const slice_pages& other);
  void forget(const slice_id& slice) { slices_.erase(slice); }

  bool contains(const page& p) const { return of(p.slice).contains(p.id); }
  bool empty() const { return slices_.empty(); }
  const page_set& of(const slice_id& slice) const;
  const std::map<slice_id, page_set>& slices() const { return slices_; }

  bool operator==(const slice_pages&) const = default;

 private:
  std::map<slice_id, page_set> slices_;  ///< none of them empty
};

}  // namespace ingest
