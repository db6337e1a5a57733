#include "demo_api/rest/export_jobs.hpp"

#include <charconv>

#include "demo_api/gzip.hpp"
#include "demo_api/rest/auth/credentials.hpp"
#include "demo_api/rest/refusal.hpp"

namespace demo_api::rest {
namespace {

constexpr std::string_view files = "/files/";
constexpr std::size_t most_jobs = 10'000;

std::unique_ptr<body_format> read_format(settings& s) {
  const yaml_value* found = s.find("format");
  return found == nullptr ? make_body_format("lines") : make_body_format(*found);
}

}  // namespace

export_jobs::export_jobs(settings& s, const std::string& base, resource& of)
    : of_(of),
      path_(base + s.text("path", "/exports/" + of.name())),
      polls_(s.number("polls", 2)),
      parts_(s.number("parts", 1, 1000)),
      fails_(s.number("fails", 0)),
      gzip_(s.flag("gzip", false)),
      format_(read_format(s)) {
  if (parts_ == 0) {
    s.refuse("parts", "must be at least 1");
  }
  if (of.records().most_each() > 0) {
    s.refuse("path", "is of a resource with a parent, which cannot be exported");
  }
}

void export_jobs::answer(const http_request& request, http_response& response, std::string_view rest) {
  const auto at_files = rest.find(files);
  if (rest.starts_with('/') && at_files != std::string_view::npos && request.method == "GET") {
    send_file(response, std::string(rest.substr(1, at_files - 1)), rest.substr(at_files + files.size()));
    return;
  }
  if (!of_.admit(request, response)) {
    return;
  }
  if (rest.empty() && request.method == "POST") {
    create(request, response);
  } else if (rest.starts_with('/') && request.method == "GET") {
    poll(request, response, std::string(rest.substr(1)));
  } else if (rest.starts_with('/') && request.method == "DELETE") {
    const std::scoped_lock lock(mutex_);
    response.set(jobs_.erase(std::string(rest.substr(1))) > 0 ? 204 : 404, "");
  } else {
    throw refusal(405, "exports are made by POST, looked at by GET and deleted by DELETE");
  }
}

void export_jobs::create(const http_request& request, http_response& response) {
  http_request asked = request;
  for (auto& member : members_of_body(request)) {
    asked.parameters.push_back(std::move(member));
  }
  {
    const auto lock = of_.records().reading();
    of_.chosen(asked, std::nullopt);  // refuses what could not be exported
  }
  const std::scoped_lock lock(mutex_);
  if (jobs_.size() >= most_jobs) {
    throw refusal(429, "there are 10,000 jobs already; delete some");
  }
  const std::uint64_t number = ++created_;
  const std::string id = "job-" + std::to_string(number);
  jobs_[id] = {std::move(asked), polls_, number <= fails_};
  response.set(202, R"({"id":")" + id + R"(","status":"queued","url":")" + "http://" + request.header("Host") + path_ +
                        "/" + id + "\"}");
}

export_jobs::job export_jobs::find(const std::string& id) {
  const auto at = jobs_.find(id);
  if (at == jobs_.end()) {
    throw refusal(404, "there is no such job");
  }
  return at->second;
}

void export_jobs::poll(const http_request& request, http_response& response, const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const job now = find(id);
  std::string status = "running";
  std::string urls;
  if (now.polls_left > 0) {
    --jobs_[id].polls_left;
  } else if (now.fails) {
    status = "failed";
  } else {
    status = "complete";
    for (std::uint64_t part = 0; part < parts_; ++part) {
      urls += (part == 0 ? "\"http://" : ",\"http://") + request.header("Host") + path_ + "/" + id +
              std::string(files) + std::to_string(part) + '"';
    }
  }
  response.set(200, R"({"id":")" + id + R"(","status":")" + status + R"(","urls":[)" + urls + "]}");
}

void export_jobs::send_file(http_response& response, const std::string& id, std::string_view part) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(part.data(), part.data() + part.size(), number);
  job now;
  {
    const std::scoped_lock lock(mutex_);
    now = find(id);
  }
  if (failure != std::errc() || end != part.data() + part.size() || number >= parts_ || now.polls_left > 0 ||
      now.fails) {
    throw refusal(404, "there is no such file");
  }
  const auto lock = of_.records().reading();
  const selection all = of_.chosen(now.asked, std::nullopt);
  const page_span span{all.size() * number / parts_, all.size() * (number + 1) / parts_};
  response.content_type = format_->content_type();
  format_->append_body(
      of_.records().shape(), response.body, [&] { of_.append_records(*format_, all, span, response.body); },
      [](std::size_t) {});
  if (gzip_) {
    gzip(response.body, response.spare);
    response.body.swap(response.spare);
    response.content_type = "application/gzip";
  }
}

}  // namespace demo_api::rest
