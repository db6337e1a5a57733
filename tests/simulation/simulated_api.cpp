#include "simulation/simulated_api.hpp"

namespace ingest::testing {

namespace {

constexpr std::uint64_t most_slices = 3;
constexpr std::uint64_t most_events = 24;
constexpr std::uint64_t most_in_page = 5;
constexpr std::size_t overlap = 3;

}  // namespace

simulated_api::simulated_api(schedule& s, disposition write)
    : schedule_(s),
      changes_(write == disposition::merge),
      replaced_(write == disposition::replace),
      poisoned_(s.one_in(6)),
      events_(1 + s.draw(most_slices)) {
  grow();
}

simulated_api::event simulated_api::make_event(std::size_t slice) {
  const std::size_t n = events_[slice].size();
  const std::string id = std::to_string(slice) + "-" + std::to_string(n);
  if (poisoned_ && schedule_.one_in(8)) {
    return schedule_.one_in(2) ? event{"", "{\"lost\":\"" + id + "\"}"} : event{id, "no json"};
  }
  return {id, "{\"n\":" + std::to_string(n) + "}"};
}

/// One of those that have come, if it may be changed.
std::optional<simulated_api::event> simulated_api::change_event(std::size_t slice) {
  const auto& events = events_[slice];
  if (!changes_ || events.empty() || !schedule_.one_in(4)) {
    return std::nullopt;
  }
  const event& before = events[schedule_.draw(events.size())];
  if (!truth_.contains(before.id) || shared_.contains(before.id)) {
    return std::nullopt;
  }
  return event{before.id, "{\"n\":" + std::to_string(events.size()) + ",\"changed\":true}"};
}

void simulated_api::tell_truth(const event& e, std::size_t era) {
  if (e.id.empty() || !e.data.starts_with('{')) {
    poison_.insert(e.id.empty() ? e.data : e.id);
    return;
  }
  const auto [known, is_new] = truth_.try_emplace(e.id, true_event{e.data, era, {}});
  if (!is_new) {
    known->second.changed[era] = e.data;
  }
}

void simulated_api::grow() {
  const std::size_t era = ends_.size();
  std::vector<std::size_t> begins;
  std::vector<std::size_t> ends;
  for (std::size_t slice = 0; slice < events_.size(); ++slice) {
    auto& events = events_[slice];
    const std::size_t before = events.size();
    const std::size_t gone = era == 0 ? 0 : begins_.back()[slice];
    begins.push_back(replaced_ ? gone + schedule_.draw(before - gone + 1) : 0);
    if (poisoned_ && slice == 0) {  // were every row refused, a person would have to hear of it
      events.push_back({"good-" + std::to_string(era), "{}"});
    }
    if (slice > 0 && !events_[slice - 1].empty() && schedule_.one_in(2)) {
      events.push_back(events_[slice - 1].back());  // time windows overlap by an event
      shared_.insert(events.back().id);
    }
    for (std::size_t i = before; i < events.size(); ++i) {
      tell_truth(events[i], era);
    }
    for (std::uint64_t left = schedule_.draw(most_events + 1); left > 0; --left) {
      const auto changed = change_event(slice);
      events.push_back(changed ? *changed : make_event(slice));
      tell_truth(events.back(), era);
    }
    ends.push_back(events.size());
  }
  begins_.push_back(std::move(begins));
  ends_.push_back(std::move(ends));
}

/// Whatever is left of an earlier sync can be told from this one.
std::string simulated_api::data_in(const event& e, std::size_t end_era) const {
  if (!replaced_ || !e.data.starts_with('{')) {
    return e.data;
  }
  return "{\"sync\":" + std::to_string(end_era) + (e.data == "{}" ? "}" : "," + e.data.substr(1));
}

std::map<std::string, std::string> simulated_api::events_of_sync(std::size_t end_era) const {
  std::map<std::string, std::string> all;
  for (std::size_t slice = 0; slice < events_.size(); ++slice) {
    for (std::size_t i = begins_.at(end_era - 1)[slice]; i < ends_.at(end_era - 1)[slice]; ++i) {
      const event& e = events_[slice][i];
      if (truth_.contains(e.id) && e.data.starts_with('{')) {
        all.emplace(e.id, data_in(e, end_era));
      }
    }
  }
  return all;
}

std::vector<std::string> simulated_api::before(slice_id slice, const std::string& position, std::size_t end_era) const {
  std::vector<std::string> ids;
  const auto& events = events_.at(slice.number());
  const std::size_t end = position.empty() ? 0 : std::stoul(position);
  for (std::size_t i = replaced_ ? begin_of(slice, 0, end_era) : 0; i < std::min(end, events.size()); ++i) {
    if (truth_.contains(events[i].id)) {
      ids.push_back(events[i].id);
    }
  }
  return ids;
}

class simulated_api::slice_source final : public source {
 public:
  slice_source(simulated_api& api, const slice_id& slice, simulated_process& reader, std::shared_ptr<in_flight> counted,
               std::size_t first_era, std::size_t end_era)
      : api_(api),
        slice_(slice.number()),
        reader_(reader),
        counted_(std::move(counted)),
        begin_(api.begin_of(slice, first_era, end_era)),
        end_era_(end_era),
        end_(api.events_before(slice, end_era)),
        next_(begin_) {}

  void open(const std::optional<std::string>& position, std::stop_token) override {
    next_ = position && !position->empty() ? std::stoul(*position) : begin_;
    reader_.note("slice " + std::to_string(slice_) + " is read from " + std::to_string(next_));
  }

  std::optional<batch> read() override {
    const std::string where = reader_.name() + " reads slice " + std::to_string(slice_);
    schedule& s = api_.schedule_;
    reader_.survive(where);
    if (s.occurs(fault::read_failed, where)) {
      throw error(errc::unavailable, "the API failed");
    }
    if (s.occurs(fault::cursor_expired, where)) {
      next_ = s.one_in(2) ? begin_ : next_ - std::min(next_ - begin_, overlap);
    }
    if (next_ >= end_) {
      return std::nullopt;
    }
    const std::size_t first = s.one_in(6) ? next_ - std::min(next_ - begin_, overlap) : next_;
    const std::size_t count = s.one_in(8) ? 0 : 1 + s.draw(most_in_page);
    std::size_t end = std::min(end_, first + count);
    if (api_.changes_) {
      end = std::max(end, next_);  // what comes again comes with all that is newer
    }
    next_ = std::max(next_, end);
    return page(first, end);
  }

  void close() noexcept override {}

 private:
  batch page(std::size_t first, std::size_t end) {
    auto* text = new std::string;
    for (std::size_t i = first; i < end; ++i) {
      const event& e = api_.events_[slice_][i];
      *text += e.id + "\t" + api_.data_in(e, end_era_) + "\n";
    }
    batch b;
    b.records = end - first;
    b.position = std::to_string(next_);
    const auto cost = static_cast<std::int64_t>(text->size() + b.position.size()) + overhead;
    counted_->cost.at(slice_) += cost;
    b.data = std::shared_ptr<const std::string>(text, [counted = counted_, cost, slice = slice_](const auto* t) {
      counted->cost.at(slice) -= cost;
      delete t;
    });
    b.last = slice_ % 2 == 0 && next_ == end_;
    reader_.note("slice " + std::to_string(slice_) + ": page of events " + std::to_string(first) + " to " +
                 std::to_string(end));
    return b;
  }

  simulated_api& api_;
  std::size_t slice_;
  simulated_process& reader_;
  std::shared_ptr<in_flight> counted_;
  const std::size_t begin_;
  const std::size_t end_era_;
  const std::size_t end_;
  std::size_t next_;
};

source_factory simulated_api::sources(simulated_process& reader, std::shared_ptr<in_flight> counted,
                                      std::size_t first_era, std::size_t end_era) {
  counted->cost.assign(slices(), 0);
  return [this, &reader, counted, first_era, end_era](slice_id slice) {
    return std::make_unique<slice_source>(*this, slice, reader, counted, first_era, end_era);
  };
}

}  // namespace ingest::testing
