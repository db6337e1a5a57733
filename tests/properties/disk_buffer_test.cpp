// The disk buffer against a model, on a disk that forgets what was not synced: what was made durable is recovered
// exactly, and nothing is claimed that was not appended.
#include <deque>

#include "buffer/disk_buffer.hpp"
#include "buffer/range_reader.hpp"
#include "properties/property.hpp"
#include "support/faulty_file_system.hpp"
#include "support/sample_pages.hpp"
#include "support/simulated_disk.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

const std::filesystem::path directory = "/data";

struct step {
  enum class kind { append, sync, seal, release_oldest } what;
  int slice;
  std::uint64_t rows;
};

void showValue(const step& s, std::ostream& out) {
  constexpr const char* names[] = {"append", "sync", "seal", "release the oldest segment"};
  out << names[static_cast<int>(s.what)];
  if (s.what == step::kind::append) {
    out << ' ' << s.rows << " rows to " << to_string(slice_id(s.slice));
  }
}

/// The life of a process, and how it ends: at the nth operation on its files, or of its own will; with a power failure.
struct life {
  std::vector<step> steps;
  std::uint64_t dies_at;
  simulated_disk::loss loss;
};

void showValue(const life& l, std::ostream& out) {
  out << "a life of ";
  rc::show(l.steps, out);
  out << " that ends at operation " << l.dies_at << " with data tail " << static_cast<int>(l.loss.data) << ", rest "
      << static_cast<int>(l.loss.rest) << ", names " << l.loss.data_names_kept << l.loss.rest_names_kept << '\n';
}

rc::Gen<life> lives() {
  using tail = simulated_disk::tail;
  const auto kinds = rc::gen::weightedElement<step::kind>(
      {{8, step::kind::append}, {3, step::kind::sync}, {1, step::kind::seal}, {1, step::kind::release_oldest}});
  const auto steps = rc::gen::container<std::vector<step>>(
      rc::gen::construct<step>(kinds, rc::gen::inRange(0, 3), rc::gen::inRange<std::uint64_t>(0, 5)));
  const auto tails = rc::gen::element(tail::lost, tail::kept, tail::half, tail::zeroed);
  const auto losses =
      rc::gen::construct<simulated_disk::loss>(tails, tails, rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>());
  return rc::gen::construct<life>(steps, rc::gen::inRange<std::uint64_t>(1, 80), losses);
}

/// What the processes so far have done, and what they may rely on.
class model {
 public:
  void live(const life& l) {
    faulty_file_system files(disk_);
    files.crash_at(l.dies_at);
    try {
      disk_buffer buffer(files, {directory, 150}, sample_run(), prior());
      check(buffer.recovered());
      learn(buffer.recovered());
      for (const step& s : l.steps) {
        take(s, buffer);
        RC_ASSERT(buffer.unsynced_pages() <= pages_.size() - durable_);
      }
    } catch (const error& e) {
      RC_ASSERT(files.crashed());
    }
    disk_.lose_power(l.loss);
    check(disk_buffer::inspect(disk_, directory).pages);
  }

 private:
  void take(const step& s, disk_buffer& buffer) {
    switch (s.what) {
      case step::kind::append: {
        batch b = sample_batch(++appends_, s.rows);
        const page p = buffer.append(s.slice, b);
        RC_ASSERT(p.id == reached(s.slice) + 1);
        pages_.emplace_back(p, b.bytes());
        RC_ASSERT(buffer.progress(s.slice).position == p.position);
        RC_ASSERT(buffer.progress(s.slice).pages == p.id);
        break;
      }
      case step::kind::sync:
      case step::kind::seal:
        s.what == step::kind::sync ? buffer.sync() : buffer.seal();
        durable_ = pages_.size();
        break;
      case step::kind::release_oldest:
        release(buffer);
    }
  }

  /// The last page of a slice.
  page_id reached(const slice_id& slice) const {
    const auto released = released_.find(slice);
    page_id last = released == released_.end() ? 0 : released->second.pages;
    for (const auto& [p, bytes] : pages_) {
      last = p.slice == slice ? p.id : last;
    }
    return last;
  }

  /// What the state says.
  disk_buffer::prior prior() const {
    disk_buffer::prior known{last_released_segment_, {}};
    for (const auto& [slice, progress] : released_) {
      known.slices.push_back(progress);
    }
    return known;
  }

  void release(disk_buffer& buffer) {
    if (pages_.empty() || pages_.front().first.segment == buffer.open_segment()) {
      return;
    }
    const std::uint64_t segment = pages_.front().first.segment;
    // The state says so durably before anything is deleted.
    while (!pages_.empty() && pages_.front().first.segment == segment) {
      const page& p = pages_.front().first;
      released_[p.slice].slice = p.slice;
      released_[p.slice].advance(p);
      pages_.pop_front();
      durable_ -= std::min<std::size_t>(durable_, 1);
    }
    last_released_segment_ = segment;
    buffer.release(segment);
  }

  /// `found` are the pages that were appended, in their order, without a gap, and all that are durable.
  void check(std::vector<page> found) {
    // Of a segment whose deletion was begun, anything or nothing may be left.
    drop_released(found);
    range_reader reader(disk_, directory);
    auto expected = pages_.begin();
    for (const page& p : found) {
      RC_ASSERT(expected != pages_.end());
      RC_ASSERT(p == expected->first);
      RC_ASSERT(reader.read({{p}}).bytes() == expected->second);
      ++expected;
    }
    RC_ASSERT(found.size() >= durable_);
  }

  void drop_released(std::vector<page>& found) const {
    std::erase_if(found, [&](const page& p) {
      const auto released = released_.find(p.slice);
      return released != released_.end() && p.id <= released->second.pages;
    });
  }

  /// What a new process has recovered is durable, and the rest will never have been.
  void learn(std::vector<page> recovered) {
    drop_released(recovered);
    pages_.resize(recovered.size());
    durable_ = pages_.size();
  }

  simulated_disk disk_;
  std::deque<std::pair<page, std::string>> pages_;  // not released, in the order of appending
  std::size_t durable_ = 0;                         // of those
  std::map<slice_id, slice_progress> released_;
  std::uint64_t last_released_segment_ = 0;
  int appends_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(disk_buffer_properties)

RC_BOOST_PROP(what_is_durable_is_recovered_and_nothing_else_is_claimed_over_any_lives, ()) {
  model m;
  for (const life& l : *rc::gen::container<std::vector<life>>(lives())) {
    m.live(l);
  }
}

BOOST_AUTO_TEST_SUITE_END()
