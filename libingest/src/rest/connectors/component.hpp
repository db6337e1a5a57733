#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/custom_components.hpp"
#include "ingest/retry.hpp"
#include "ingest/stop.hpp"
#include "rest/authenticators/authenticator.hpp"
#include "rest/authenticators/token_store.hpp"
#include "rest/document/node.hpp"
#include "rest/expressions/interpolation.hpp"
#include "rest/requests/api_budget.hpp"
#include "rest/requests/http_transport.hpp"
#include "rest/requests/request_inputs.hpp"
#include "rest/requests/settings.hpp"
#include "rest/streams/job_slots.hpp"
#include "rest/streams/parent_spool.hpp"

namespace ingest::rest {

/// Authenticators that must be one for all who use them: of two, the one that refreshes takes the other's token away.
struct shared_authenticators {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<authenticator>> by_account;
};

/// What all components of a connector share.
struct connector_parts {
  value config = value::dict_of({});
  std::string config_identity = {};  ///< as connector_options has it
  std::shared_ptr<http_transport> connections = {};
  std::shared_ptr<api_budget> budget = {};   ///< null: none
  std::shared_ptr<token_store> tokens = {};  ///< null: where refresh tokens rotate, that is refused
  std::shared_ptr<job_slots> slots = std::make_shared<job_slots>(1);  ///< of jobs that the API works at
  custom::components components = {};                                 ///< in place of the manifest's code of Python
  std::shared_ptr<shared_authenticators> shared = std::make_shared<shared_authenticators>();
  std::shared_ptr<kept_parents> parents = {};  ///< null: of no stream anything is kept
  std::vector<std::string> allowed_hosts = {};
  std::size_t max_body_bytes = std::size_t{64} << 20;            ///< of an answer, also when a decoder unpacks it
  std::optional<std::chrono::milliseconds> retry_deadline = {};  ///< of a request; none: as the manifest has it
  timing time = {};
  retry_options patience = {};                                          ///< with answers that cannot be right
  std::function<bool(const std::stop_token&)> replaces_rows = nullptr;  ///< none: what is read replaces nothing
  std::chrono::system_clock::time_point present = {};                   ///< of cursors

  struct time_bound {
    std::string stream;
    std::chrono::system_clock::time_point latest;
  };
  std::optional<time_bound> bound = {};  ///< of the cursor of a stream of which only a part is to be read
};

/// A component of a prepared manifest, as those that are made of it read its fields. The parts must outlive it.
class component {
 public:
  component(const connector_parts& parts, node content, std::string path);

  const connector_parts& parts() const { return *parts_; }
  const node& content() const { return content_; }
  std::string_view type() const;

  /// "orders.retriever.requester"
  const std::string& path() const { return path_; }
  /// "orders.retriever.requester, line 41"
  const std::string& where() const { return where_; }

  /// The field, unless it is missing or null.
  const node* field(std::string_view name) const;

  /// A text, or a number or boolean as a manifest spells it; `otherwise` where it is missing.
  std::string text(std::string_view name, std::string_view otherwise = "") const;
  std::vector<std::string> texts(std::string_view name) const;
  bool truth(std::string_view name, bool otherwise = false) const;

  /// A number, or an expression of one. Throws errc::config for anything else.
  std::int64_t whole(std::string_view name, std::int64_t otherwise) const;
  std::optional<double> number(std::string_view name) const;

  /// A text in which there may be expressions; "" where it is missing.
  interpolation expression(std::string_view name) const;
  std::optional<interpolation> optional_expression(std::string_view name) const;
  std::vector<interpolation> expressions(std::string_view name) const;
  interpolation expression_of(const node& text, std::string_view name) const;

  request_input input(std::string_view name) const;
  flat_inputs inputs(std::string_view name) const;
  nested_inputs nested(const node& content, const std::string& name) const;

  /// Throws errc::config where it is missing.
  component child(std::string_view name) const;
  std::optional<component> optional_child(std::string_view name) const;
  /// Of a list of them, or of a single one.
  std::vector<component> children(std::string_view name) const;

  /// What its templates may name: `config` and its own `parameters`.
  settings given() const;
  /// Their time is parts().present.
  std::shared_ptr<const variables> known() const;

  /// Throws errc::config: "orders.retriever, line 41: " and that.
  [[noreturn]] void refuse(const std::string& problem) const;

 private:
  std::string path_of(std::string_view name) const;

  const connector_parts* parts_;
  node content_;
  std::string path_;
  std::string where_;
};

/// One line of a table of components that may stand in one place.
template <class Made>
struct component_maker {
  std::string_view type;
  Made (*make)(const component& of);
};

/// Makes a component by the line of its type. Throws errc::config where there is none.
template <class Made, std::size_t Count>
Made make_by_type(const component_maker<Made> (&table)[Count], const component& of) {
  for (const component_maker<Made>& line : table) {
    if (line.type == of.type()) {
      return line.make(of);
    }
  }
  of.refuse("components of type " + std::string(of.type()) + " do not run here");
}

}  // namespace ingest::rest
