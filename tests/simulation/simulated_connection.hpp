#pragma once

#include <stop_token>

#include "simulation/simulated_database.hpp"
#include "simulation/simulated_process.hpp"

namespace ingest::testing {

/// A process's connection to the simulated database, over a network that loses it, to a server that restarts.
class simulated_connection final : public detail::postgres_connection {
 public:
  simulated_connection(schedule& s, simulated_database& database, simulated_process& client, std::stop_token stop);
  ~simulated_connection() override;

  detail::query_result execute(const std::string& sql, const std::vector<std::string>& parameters) override;
  void run(const std::string& sql) override { execute(sql, {}); }
  void begin_copy(const std::string& sql) override;
  void put(std::string_view bytes) override { copied_ += bytes; }
  std::uint64_t end_copy() override;
  bool usable() const override { return !broken_; }
  void be_patient() override {}
  std::string begin(std::string_view isolation) const override {
    return "BEGIN ISOLATION LEVEL " + std::string(isolation) + "; ";
  }
  void obey(std::stop_token stop) override { stop_ = std::move(stop); }
  std::string quoted(const std::string& identifier) const override { return '"' + identifier + '"'; }
  std::string literal(const std::string& text) const override { return '\'' + text + '\''; }

 private:
  template <class Work>
  auto talk(const std::string& sql, Work work);
  void before(const std::string& sql);
  void fail_statement(const std::string& sql);
  void endanger(const std::string& sql, const char* when);
  [[noreturn]] void lose(const std::string& why);

  schedule& schedule_;
  simulated_database& database_;
  simulated_process& client_;
  std::stop_token stop_;
  std::shared_ptr<backend> backend_;
  std::string copy_sql_;
  std::string copied_;
  bool broken_ = false;
};

}  // namespace ingest::testing
