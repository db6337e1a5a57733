#include "rest/selectors/glob_path.hpp"
#include "rest/templates/stream_template.hpp"

namespace ingest::rest {

namespace {

using values = std::vector<value>;

/// What one StreamConfig finds in the settings, a list or a single thing, and its default values behind that.
values configured(const component& stream_config) {
  const auto known = stream_config.known();
  const glob_path pointer = glob_path::from_templates(stream_config.expressions("configs_pointer"), *known);
  const auto found = pointer.only(stream_config.given().config);
  values all;
  if (found && found->is_list()) {
    all = found->items();
  } else if (found) {
    all.push_back(*found);
  }
  if (const node* const more = stream_config.field("default_values")) {
    for (const node& item : more->items()) {
      all.push_back(item.to_value());
    }
  }
  return all;
}

/// One of the combinations of what several StreamConfigs have found: the members of dicts together; what is no dict is
/// there as its place in its list and itself.
class combination {
 public:
  void add(std::size_t config, std::size_t index, const value& item) {
    if (item.is_dict()) {
      for (const auto& [name, content] : item.members()) {
        members_.set(name, content);
      }
      return;
    }
    const std::string name = "source_config_" + std::to_string(config);
    if (members_.find(name) == nullptr) {
      members_.set(name, value::tuple_of({value::integer_of(static_cast<std::int64_t>(index)), item}));
    }
  }

  dictionary members() const { return members_; }

 private:
  dictionary members_;
};

values combined(const component& resolver, const std::vector<values>& lists) {
  std::size_t count = 1;
  for (const values& list : lists) {
    count *= list.size();
    if (count > most_made_streams) {
      resolver.refuse("the settings ask for more than " + std::to_string(most_made_streams) + " streams");
    }
  }
  values all;
  for (std::size_t n = 0; n < count; ++n) {
    combination one;
    std::size_t below = count;
    for (std::size_t config = 0; config < lists.size(); ++config) {
      below /= lists[config].size();
      const std::size_t index = n / below % lists[config].size();
      one.add(config, index, lists[config][index]);
    }
    all.push_back(value::dict_of(one.members()));
  }
  return all;
}

values parametrized(const component& resolver) {
  const component parameters = resolver.child("stream_parameters");
  const node* const list = parameters.field("list_of_parameters_for_stream");
  values all;
  for (const node& item : list == nullptr ? node::elements() : list->items()) {
    all.push_back(item.to_value());
  }
  if (all.size() > most_made_streams) {
    resolver.refuse("lists more than " + std::to_string(most_made_streams) + " streams");
  }
  return all;
}

}  // namespace

std::vector<value> listed_values(const component& resolver) {
  if (resolver.type() == "ParametrizedComponentsResolver") {
    return parametrized(resolver);
  }
  std::vector<values> lists;
  for (const component& stream_config : resolver.children("stream_config")) {
    lists.push_back(configured(stream_config));
  }
  if (lists.empty()) {
    resolver.refuse("misses `stream_config`");
  }
  return combined(resolver, lists);
}

}  // namespace ingest::rest
