#include "rest/streams/parent_spool.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "ingest/stop.hpp"
#include "log/event_names.hpp"
#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

namespace {

constexpr std::uint64_t left_for_others = std::uint64_t{256} << 20;  // the buffer is in the same directory
constexpr std::string_view prefix = "parents_";
constexpr std::string_view suffix = ".spool";

/// For the moment until it is taken away again.
std::string new_name() {
  static std::atomic<std::uint64_t> files{0};
  return std::string(prefix) + std::to_string(::getpid()) + "_" + std::to_string(++files) + std::string(suffix);
}

/// Before each page: what follows, in the order of bytes of this machine, for nobody else reads it.
struct page_head {
  std::uint64_t partition = 0;  ///< bytes of JSON
  std::uint64_t records = 0;    ///< behind it: where each of them ends in the rest,
  std::uint64_t bytes = 0;      ///< which has so many
};

template <class Number>
void append_bytes(std::string& to, const Number& number) {
  std::array<char, sizeof number> bytes{};
  std::memcpy(bytes.data(), &number, sizeof number);
  to.append(bytes.data(), bytes.size());
}

template <class Number>
Number from_bytes(const char* at) {
  Number number;
  std::memcpy(&number, at, sizeof number);
  return number;
}

}  // namespace

/// Reads what is there as a whole; nobody writes any more.
class parent_spool::reader final : public parent_records {
 public:
  reader(std::shared_ptr<const parent_spool> keeper, const file& from)
      : keeper_(std::move(keeper)), from_(from), end_(from.size()) {}

  void begin() override { at_ = 0; }

  std::optional<parent_page> next(const std::stop_token& stop) override {
    throw_if_stopped(stop);
    if (at_ == end_) {
      return std::nullopt;
    }
    const auto head = from_bytes<page_head>(read(at_, sizeof(page_head)).data());
    const std::string all =
        read(at_ + sizeof(page_head), head.partition + head.records * sizeof(std::uint64_t) + head.bytes);
    const std::string_view bytes = std::string_view(all).substr(all.size() - head.bytes);
    parent_page page{value::from_json(std::string_view(all).substr(0, head.partition)), {}};
    page.records.reserve(head.records);
    std::uint64_t begin = 0;
    for (std::uint64_t i = 0; i < head.records; ++i) {
      const auto end = from_bytes<std::uint64_t>(all.data() + head.partition + i * sizeof begin);
      page.records.push_back(value::from_json(bytes.substr(begin, end - begin)));
      begin = end;
    }
    at_ += sizeof(page_head) + all.size();
    return page;
  }

 private:
  std::string read(std::uint64_t offset, std::uint64_t size) const {
    std::string bytes(size, '\0');
    from_.read(offset, size, bytes.data());
    return bytes;
  }

  std::shared_ptr<const parent_spool> keeper_;
  const file& from_;
  std::uint64_t end_;
  std::uint64_t at_ = 0;
};

parent_spool::parent_spool(file_system& files, std::filesystem::path directory, std::uint64_t most_bytes)
    : files_(files), directory_(std::move(directory)), most_bytes_(most_bytes) {}

std::unique_ptr<parent_spool::writer> parent_spool::write() {
  const std::lock_guard lock(mutex_);
  if (state_ != state::empty) {
    return nullptr;
  }
  try {
    const auto path = directory_ / new_name();
    file_ = files_.create(path);
    files_.remove(path);
  } catch (const error& e) {
    give_up(e.what());
    return nullptr;
  }
  state_ = state::being_written;
  return std::make_unique<writer>(shared_from_this());
}

std::unique_ptr<parent_records> parent_spool::read() {
  const std::lock_guard lock(mutex_);
  return state_ == state::complete ? std::make_unique<reader>(shared_from_this(), *file_) : nullptr;
}

void parent_spool::append(std::string_view partition, const record_texts& records) {
  std::string page;
  page.reserve(sizeof(page_head) + partition.size() + records.size() * sizeof(std::uint64_t) + records.bytes());
  append_bytes(page, page_head{partition.size(), records.size(), records.bytes()});
  page += partition;
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    end += records[i].size();
    append_bytes(page, end);
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    page += records[i];
  }
  const std::lock_guard lock(mutex_);
  if (state_ != state::being_written) {
    return;
  }
  if (file_->size() + page.size() > most_bytes_) {
    return give_up("they have more than " + std::to_string(most_bytes_) + " bytes");
  }
  try {
    files_.require_room(directory_, page.size() + left_for_others);
    file_->append(page);
  } catch (const error& e) {
    give_up(e.what());
  }
}

/// What was not kept is asked for again.
void parent_spool::give_up(const std::string& why) {
  log::info(events::parents_not_kept,
            "records of a parent stream are not kept for its children, each of which reads "
            "them anew: " +
                why);
  file_.reset();
  state_ = state::given_up;
}

void parent_spool::end(bool whole) {
  const std::lock_guard lock(mutex_);
  if (state_ != state::being_written) {
    return;
  }
  state_ = whole ? state::complete : state::empty;
  if (!whole) {
    file_.reset();
  }
}

parent_spool::writer::~writer() {
  if (!finished_) {
    spool_->end(false);
  }
}

void parent_spool::writer::add(const value& partition, const record_texts& records) {
  if (!records.empty()) {
    spool_->append(canonical_json(partition), records);
  }
}

void parent_spool::writer::finish() {
  finished_ = true;
  spool_->end(true);
}

kept_parents::kept_parents(file_system& files, std::filesystem::path directory, std::set<std::string> streams,
                           std::uint64_t most_bytes)
    : files_(files), directory_(std::move(directory)), streams_(std::move(streams)), most_bytes_(most_bytes) {
  for (const std::string& name : files_.list(directory_)) {
    if (name.starts_with(prefix) && name.ends_with(suffix)) {
      files_.remove(directory_ / name);  // its process was killed just when it had made it
    }
  }
}

std::shared_ptr<parent_spool> kept_parents::of(const std::string& stream, const std::string& definition) {
  if (!streams_.contains(stream)) {
    return nullptr;
  }
  const std::lock_guard lock(mutex_);
  auto& spool = spools_[definition];
  if (!spool) {
    spool = std::make_shared<parent_spool>(files_, directory_, most_bytes_);
  }
  return spool;
}

}  // namespace ingest::rest
