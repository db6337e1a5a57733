#pragma once

#include <memory>
#include <utility>

#include "postgres/postgres_connection.hpp"

namespace ingest::testing {

/// Hands everything on to the connection behind it.
class passing_connection : public detail::postgres_connection {
 public:
  explicit passing_connection(std::unique_ptr<detail::postgres_connection> behind) : behind_(std::move(behind)) {}

  detail::query_result execute(const std::string& sql, const std::vector<std::string>& parameters) override {
    return behind_->execute(sql, parameters);
  }
  void run(const std::string& sql) override { behind_->run(sql); }
  void begin_copy(const std::string& sql) override { behind_->begin_copy(sql); }
  void put(std::string_view bytes) override { behind_->put(bytes); }
  std::uint64_t end_copy() override { return behind_->end_copy(); }
  bool usable() const override { return behind_->usable(); }
  void be_patient() override { behind_->be_patient(); }
  std::string begin(std::string_view isolation) const override { return behind_->begin(isolation); }
  void obey(std::stop_token stop) override { behind_->obey(std::move(stop)); }
  std::string quoted(const std::string& identifier) const override { return behind_->quoted(identifier); }
  std::string literal(const std::string& text) const override { return behind_->literal(text); }

 protected:
  detail::postgres_connection& behind() { return *behind_; }

 private:
  std::unique_ptr<detail::postgres_connection> behind_;
};

}  // namespace ingest::testing
