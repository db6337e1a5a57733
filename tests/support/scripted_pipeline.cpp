#include "support/scripted_pipeline.hpp"

#include "buffer/recovered_buffer.hpp"
#include "buffer/run_state.hpp"

namespace ingest::testing {

// -- Input -----------------------------------------------------------------------------------------------------------

scripted_input::scripted_input(std::vector<std::vector<std::size_t>> pages) : pages_(std::move(pages)) {
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    live_.push_back(std::make_shared<std::atomic<std::int64_t>>(0));
  }
}

std::string scripted_input::page_text(std::size_t slice, std::size_t page) const {
  std::size_t first = 0;
  for (std::size_t i = 0; i < page; ++i) {
    first += pages_[slice][i];
  }
  std::string text;
  for (std::size_t row = first; row < first + pages_[slice][page]; ++row) {
    text += std::to_string(slice) + ":" + std::to_string(row) + "\n";
  }
  return text;
}

class scripted_input::scripted_source : public source {
 public:
  scripted_source(scripted_input& input, const slice_id& slice) : input_(input), slice_(slice.number()) {}

  void open(const std::optional<std::string>& position, std::stop_token) override {
    ++input_.open_sources;
    next_ = position ? std::stoul(*position) : 0;
  }

  std::optional<batch> read() override {
    input_.before_read(slice_);
    if (next_ >= input_.pages_[slice_].size()) {
      return std::nullopt;
    }
    batch b;
    auto* text = new std::string(input_.page_text(slice_, next_));
    const auto live = input_.live_[slice_];
    b.records = input_.pages_[slice_][next_];
    b.position = std::to_string(++next_);
    const auto cost = static_cast<std::int64_t>(text->size() + b.position.size() + actors::credit_overhead);
    *live += cost;
    b.data = std::shared_ptr<const std::string>(text, [live, cost](const std::string* s) {
      *live -= cost;
      delete s;
    });
    // Every other slice tells its end with its last page, the others by a read of nothing.
    b.last = slice_ % 2 == 0 && next_ == input_.pages_[slice_].size();
    return b;
  }

  void close() noexcept override { --input_.open_sources; }

 private:
  scripted_input& input_;
  std::size_t slice_;
  std::size_t next_ = 0;
};

source_factory scripted_input::factory() {
  return [this](slice_id slice) { return std::make_unique<scripted_source>(*this, slice); };
}

std::map<std::string, int> scripted_input::rows() const {
  std::map<std::string, int> all;
  for (std::size_t s = 0; s < pages_.size(); ++s) {
    std::size_t count = 0;
    for (const std::size_t rows_of_page : pages_[s]) {
      count += rows_of_page;
    }
    for (std::size_t row = 0; row < count; ++row) {
      all[std::to_string(s) + ":" + std::to_string(row)] = 1;
    }
  }
  return all;
}

// -- Target ----------------------------------------------------------------------------------------------------------

class scripted_target::scripted_sink : public sink {
 public:
  explicit scripted_sink(scripted_target& target) : target_(target) { ++target_.made; }

  write_outcome write(const batch& records) override {
    expect_open();
    target_.before_write();
    const write_outcome outcome = commit(records);
    target_.after_commit();
    return outcome;
  }

  void finalize() override {
    expect_open();
    target_.before_finalize();
    ended_ = true;
    ++target_.finalized;
    const std::lock_guard lock(target_.mutex_);
    for (const auto& [row, times] : staged_) {
      target_.rows_[row] += times;
    }
  }

  commit_point commits() const override { return target_.commits; }

  void abort(const error&) override {
    expect_open();
    ended_ = true;
    ++target_.aborted;
  }

 private:
  void expect_open() { target_.violations += ended_ ? 1 : 0; }

  write_outcome commit(const batch& records) {
    const std::lock_guard lock(target_.mutex_);
    write_outcome outcome;
    std::size_t at = 0;
    for (const page& p : records.pages) {
      const std::string_view text = records.bytes().substr(at, p.length);
      at += p.length;
      if (target_.committed_.contains(p)) {
        outcome.rows_already_loaded += p.rows;
        continue;
      }
      target_.committed_.insert(p);
      add_rows(text, target_.rows_);
      outcome.rows_loaded += p.rows;
    }
    if (records.pages.empty()) {
      add_rows(records.bytes(), target_.commits == commit_point::finalize ? staged_ : target_.rows_);
      outcome.rows_loaded += records.records;
    }
    return outcome;
  }

  static void add_rows(std::string_view text, std::map<std::string, int>& rows) {
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t end = text.find('\n', from);
      ++rows[std::string(text.substr(from, end - from))];
      from = end + 1;
    }
  }

  scripted_target& target_;
  std::map<std::string, int> staged_;
  bool ended_ = false;
};

sink_factory scripted_target::factory() {
  return [this](std::size_t) { return std::make_unique<scripted_sink>(*this); };
}

std::map<std::string, int> scripted_target::rows() const {
  const std::lock_guard lock(mutex_);
  return rows_;
}

slice_pages scripted_target::committed() const {
  const std::lock_guard lock(mutex_);
  return committed_;
}

// -- Spec ------------------------------------------------------------------------------------------------------------

actors::pipeline_spec scripted_spec_in_memory(scripted_input& input, scripted_target& target) {
  actors::pipeline_spec spec;
  spec.slices = input.slices();
  spec.make_source = input.factory();
  spec.make_sink = target.factory();
  spec.credit_bytes = 200 + 4 * actors::credit_overhead;
  return spec;
}

actors::pipeline_spec scripted_spec(scripted_input& input, scripted_target& target, memory_file_system& files,
                                    std::uint64_t quota_bytes) {
  actors::pipeline_spec spec = scripted_spec_in_memory(input, target);
  spec.loaders = 2;
  actors::buffer_spec buffer;
  buffer.directory = "/data";
  buffer.files = &files;
  run_state description;
  description.identity = {"test", "0123456789abcdef0123456789abcdef", "plan"};
  description.command = "run";
  buffer.description = std::make_shared<const run_state>(description);
  buffer.recover = [&target, &files, quota_bytes, identity = description.identity] {
    recovered_buffer run;
    const auto saved = state_store(files, "/data").load();
    disk_buffer::prior known;
    if (saved) {
      known = {saved->last_segment, saved->slices};
    }
    disk_buffer::options options;
    options.directory = "/data";
    options.segment_bytes = 300;
    options.quota_bytes = quota_bytes;
    run.buffer = std::make_unique<disk_buffer>(files, options, identity, known);
    run.loaded = target.committed();
    return run;
  };
  buffer.group_bytes = 100;
  buffer.range_bytes = 150;
  spec.buffer = std::move(buffer);
  return spec;
}

}  // namespace ingest::testing
