#include "ingest/durable_run.hpp"

#include <utility>

#include "buffer/run_in_directory.hpp"

namespace ingest {

durable_run::durable_run(durable_run_options o) : run_(std::make_unique<detail::run_in_directory>(std::move(o))) {}
durable_run::~durable_run() = default;
durable_run::durable_run(durable_run&&) noexcept = default;

void durable_run::start_over() {
  run_->start_over();
}

void durable_run::begin_next(const std::string& plan) {
  run_->begin_next(plan);
}

const resumption& durable_run::find() {
  return run_->find();
}

void durable_run::settle_plan(std::string plan) {
  run_->settle_plan(std::move(plan));
}

void durable_run::begin() {
  run_->begin();
}

std::vector<slice_progress> durable_run::take(std::span<const slice_id> slices, std::stop_token stop) {
  return run_->take(slices, std::move(stop));
}

recovered_buffer durable_run::open_buffer() {
  return run_->open_buffer();
}

const std::filesystem::path& durable_run::directory() const {
  return run_->directory();
}

const resumption& durable_run::found() const {
  return run_->found();
}

const run_state& durable_run::description() const {
  return run_->description();
}

const std::optional<run_state>& durable_run::state() const {
  return run_->state();
}

bool durable_run::buffer_has_pages() const {
  return run_->buffer_has_pages();
}

bool durable_run::has_ledger() const {
  return run_->has_ledger();
}

write_order durable_run::order() const {
  return run_->order();
}

void durable_run::expect_slices(std::uint64_t count) {
  run_->expect_slices(count);
}

std::optional<counted_rows> durable_run::completed() const {
  return run_->completed();
}

bool durable_run::ledger_has_answered() const {
  return run_->ledger_has_answered();
}

}  // namespace ingest
