#pragma once

#include <cstddef>
#include <map>
#include <mutex>

namespace ingest::rest {

/// How long the pages of a stream are, for a question that its paginator does not ask: whether a page with fewer
/// records than were asked for is the last one, or all that the API gives in a page. An API that gives at most so many
/// has full pages of that length, and none that is longer. So the page behind is asked for where none was longer; but
/// only three times for lengths that nobody limits pages to (no multiples of five): each slice may have so many
/// records. Thread-safe: the slices of a stream share one.
class page_lengths {
 public:
  /// A page of so many records is there, whatever follows.
  void note(std::size_t records);

  /// Whether more may follow a page of so many records, which is noted.
  bool may_be_full(std::size_t records) const;

  /// Whether other pages had more records.
  bool is_shorter_than_others(std::size_t records) const;

  /// Whether more came behind such a page once: then the API does not give as many as are asked for.
  bool give_fewer_than_asked() const;

  /// What came behind such a page: more, or nothing.
  void note_more_behind(std::size_t records);
  void note_end_behind(std::size_t records);

 private:
  mutable std::mutex mutex_;
  std::size_t longest_ = 0;
  std::size_t full_ = 0;                       // 0: the API has not shown that it gives fewer than were asked for
  std::map<std::size_t, unsigned> ends_ = {};  // by length, how many pages of it were last ones
};

}  // namespace ingest::rest
