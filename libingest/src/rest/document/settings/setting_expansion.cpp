#include "rest/document/settings/setting_expansion.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_file_bytes = 1 << 20;

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string contents(most_file_bytes + 1, '\0');
  // A directory can be opened, but not read.
  if (!file || (file.peek(), file.bad())) {
    throw error(errc::io, "cannot read " + path + ": " + std::strerror(errno));
  }
  file.clear();
  file.read(contents.data(), static_cast<std::streamsize>(contents.size()));
  contents.resize(static_cast<std::size_t>(file.gcount()));
  if (contents.size() > most_file_bytes) {
    throw error(errc::config, path + " has more than 1 MiB: no setting is as long");
  }
  while (!contents.empty() && (contents.back() == '\n' || contents.back() == '\r')) {
    contents.pop_back();
  }
  return contents;
}

class expansion {
 public:
  expansion(const std::string& document, const setting_origins& from) : document_(document), from_(from) {}

  node expand(const node& n, const std::string& path) {
    if (n.is_list()) {
      node::elements items;
      for (std::size_t i = 0; i < n.items().size(); ++i) {
        items.push_back(expand(n.items()[i], path + "[" + std::to_string(i) + "]"));
      }
      return node::list(std::move(items), n.line());
    }
    if (n.is_dict()) {
      node::member_list members;
      for (const node::member& m : n.members()) {
        members.push_back({m.name, expand(m.content, path.empty() ? m.name : path + "." + m.name)});
      }
      return node::dict(std::move(members), n.line());
    }
    if (n.text().find("${") == std::string_view::npos) {
      return n;
    }
    place_ = path + at_line(n);
    return node::text(expand_text(n.text()), n.line());
  }

  void check() const {
    if (!problems_.empty()) {
      throw error(errc::config, document_ + ": " + problems_);
    }
  }

 private:
  std::string expand_text(std::string_view text) {
    std::string expanded;
    for (;;) {
      const std::size_t begin = text.find("${");
      if (begin == std::string_view::npos) {
        return expanded.append(text);
      }
      if (begin > 0 && text[begin - 1] == '$') {
        expanded.append(text.substr(0, begin - 1)).append("${");
        text.remove_prefix(begin + 2);
        continue;
      }
      const std::size_t end = text.find('}', begin);
      if (end == std::string_view::npos) {
        complain("`${` has no `}` behind it; write `$${` for the characters themselves");
        return expanded;
      }
      expanded.append(text.substr(0, begin));
      expanded += content_of(std::string(text.substr(begin + 2, end - begin - 2)));
      text.remove_prefix(end + 1);
    }
  }

  std::string content_of(const std::string& asked) {
    if (asked.starts_with("file:")) {
      return content_of_file(asked.substr(5));
    }
    if (asked.starts_with("credential:")) {
      return content_of_credential(asked.substr(11));
    }
    const std::size_t choice = asked.find(":-");
    const std::string name = asked.substr(0, choice);
    const auto found = from_.variable(name);
    if (choice != std::string::npos) {
      return found && !found->empty() ? *found : asked.substr(choice + 2);
    }
    if (!found) {
      complain("the environment has no " + name + ": set it, or write ${" + name + ":-a default}");
    }
    return found.value_or("");
  }

  std::string content_of_file(const std::string& path) {
    try {
      return from_.file(path);
    } catch (const error& e) {
      complain(e.what());
      return "";
    }
  }

  /// https://systemd.io/CREDENTIALS/: files of one directory, each called as its credential.
  std::string content_of_credential(const std::string& name) {
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
      complain("\"" + name +
               "\" is no name of a credential: those are files of one directory; another file is ${file:/path}");
      return "";
    }
    const auto directory = from_.variable("CREDENTIALS_DIRECTORY");
    if (!directory || directory->empty()) {
      complain(
          "there is no credential " + name +
          ": the environment has no CREDENTIALS_DIRECTORY, which systemd sets where the service has LoadCredential=");
      return "";
    }
    return content_of_file(*directory + "/" + name);
  }

  void complain(const std::string& problem) { problems_ += (problems_.empty() ? "" : "; ") + place_ + ": " + problem; }

  const std::string& document_;
  const setting_origins& from_;
  std::string place_;
  std::string problems_;
};

}  // namespace

setting_origins setting_origins::of_process() {
  return {[](const std::string& name) {
            const char* const found = std::getenv(name.c_str());
            return found == nullptr ? std::nullopt : std::optional<std::string>(found);
          },
          contents_of};
}

node expanded_settings(const document& config, const setting_origins& from) {
  expansion e(config.name, from);
  node expanded = e.expand(config.root, "");
  e.check();
  return expanded;
}

}  // namespace ingest::rest
