#include "app/selftest/platform_child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "base/files.h"

namespace souk::app {
namespace {

constexpr auto kLook = std::chrono::milliseconds(5);
constexpr int kCrashExit = 137;  // base/crash_point.h
constexpr size_t kLogTail = 2000;

std::string OwnProgram() {
  char path[4096];
  ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  return size > 0 ? std::string(path, static_cast<size_t>(size)) : "souk";
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> Environment(const std::string& crash_at) {
  std::vector<std::string> variables;
  for (char** at = environ; *at != nullptr; ++at) {
    if (!std::string_view(*at).starts_with("SOUK_CRASH_AT=")) variables.emplace_back(*at);
  }
  if (!crash_at.empty()) variables.push_back("SOUK_CRASH_AT=" + crash_at);
  return variables;
}

}  // namespace

PlatformChild::~PlatformChild() {
  if (pid_ > 0 && !Ended()) (void)Kill();
}

Status PlatformChild::Start(const std::string& crash_at) {
  crash_at_ = crash_at;
  wait_status_ = 0;
  std::string program = OwnProgram(), out_path = options_.log_path + ".out";
  std::vector<std::string> words = {program, "--config", "/dev/null", "--data-dir", options_.data_directory,
                                    "up"};
  words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
  auto variables = Environment(crash_at);
  auto arguments = Pointers(words), environment = Pointers(variables);
  int out = open(out_path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
  int log = open(options_.log_path.c_str(), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0644);
  if (out < 0 || log < 0) return Fail(Code::kIo, "cannot write {}", options_.log_path);
  pid_t parent = getpid();
  pid_ = fork();
  if (pid_ == 0) {  // only what is safe beside other threads
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    dup2(out, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execve(program.c_str(), arguments.data(), environment.data());
    _exit(127);
  }
  close(out);
  close(log);
  if (pid_ < 0) return Fail(Code::kUnavailable, "cannot start {}", program);
  return {};
}

bool PlatformChild::Ended() {
  if (pid_ > 0 && waitpid(pid_, &wait_status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ < 0;
}

bool PlatformChild::AwaitEnd(int timeout_s) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_s);
  while (!Ended()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

Result<std::string> PlatformChild::AwaitUrl(int timeout_s) {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(timeout_s);
  while (std::chrono::steady_clock::now() < end) {
    bool ended = Ended();
    std::ifstream out(options_.log_path + ".out");
    for (std::string line; std::getline(out, line);) {
      if (line.starts_with("http://") && !out.eof()) return line;
    }
    if (ended && !crash_at_.empty() && WIFEXITED(wait_status_) && WEXITSTATUS(wait_status_) == kCrashExit)
      return "";
    if (ended) return EndedByItself().map([] { return std::string(); });
    std::this_thread::sleep_for(kLook);
  }
  return Fail(Code::kTimeout, "souk up does not serve after {} s; its log is {}", timeout_s,
              options_.log_path);
}

Status PlatformChild::Kill() {
  if (Ended()) return EndedByItself();
  kill(pid_, SIGKILL);
  waitpid(pid_, &wait_status_, 0);
  pid_ = -1;
  if (!WIFSIGNALED(wait_status_) || WTERMSIG(wait_status_) != SIGKILL) return EndedByItself();
  return {};
}

Status PlatformChild::AwaitCrash(int timeout_s) {
  if (!AwaitEnd(timeout_s))
    return Fail(Code::kTimeout, "souk up did not come by {} within {} s", crash_at_, timeout_s);
  if (WIFEXITED(wait_status_) && WEXITSTATUS(wait_status_) == kCrashExit) return {};
  return EndedByItself();
}

Status PlatformChild::Stop(int timeout_s) {
  if (Ended()) return EndedByItself();
  kill(pid_, SIGTERM);
  if (!AwaitEnd(timeout_s)) return Fail(Code::kTimeout, "souk up did not stop within {} s", timeout_s);
  if (!WIFEXITED(wait_status_) || WEXITSTATUS(wait_status_) != 0) return EndedByItself();
  return {};
}

Status PlatformChild::CheckAlive() { return Ended() ? EndedByItself() : Status(); }

Status PlatformChild::EndedByItself() {
  std::string log = ReadFile(options_.log_path).value_or("");
  if (log.size() > kLogTail) log = log.substr(log.size() - kLogTail);
  std::string how = WIFSIGNALED(wait_status_)
                        ? fmt::format("died of the signal {}", WTERMSIG(wait_status_))
                        : fmt::format("ended by itself with exit code {}", WEXITSTATUS(wait_status_));
  return Fail(Code::kUnavailable, "souk up {}; its log:\n{}", how, log.empty() ? "(empty)" : log);
}

uint64_t PlatformChild::ResidentBytes() const {
  std::ifstream statm(fmt::format("/proc/{}/statm", pid_));
  uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace souk::app
