#include "net/event_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;

namespace souk::net {
namespace {

constexpr size_t kMaxStreamBacklog = 1'000'000;

}  // namespace

EventText MakeEvent(std::string_view event, std::string_view data) {
  std::string text;
  text.reserve(event.size() + data.size() + 16);
  text.append("event: ").append(event).append("\n");
  while (true) {
    size_t end = std::min(data.find('\n'), data.size());
    text.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) break;
    data.remove_prefix(end + 1);
  }
  return std::make_shared<const std::string>(std::move(text) + "\n");
}

bool SocketStream::Send(EventText text) {
  {
    std::lock_guard lock(mutex_);
    if (closed_ || closing_) return false;
    waiting_bytes_ += text->size();
    if (waiting_bytes_ > kMaxStreamBacklog) {
      closing_ = true;  // a reader this slow would only fill the memory
      waiting_.clear();
    } else {
      waiting_.push_back(std::move(text));
    }
  }
  asio::post(io_, [self = shared_from_this()] { self->Write(); });
  return true;
}

bool SocketStream::Comment(std::string_view text) {
  return Send(std::make_shared<const std::string>(fmt::format(": {}\n\n", text)));
}

void SocketStream::Close() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  asio::post(io_, [self = shared_from_this()] { self->Write(); });
}

void SocketStream::OnClose(std::function<void()> callback) {
  {
    std::lock_guard lock(mutex_);
    if (!closed_) {
      on_close_ = std::move(callback);
      return;
    }
  }
  callback();
}

void SocketStream::Begin() {
  // Nothing is expected from the reader; a completed read means that it left.
  socket_->async_read_some(asio::buffer(ignored_),
                           [self = shared_from_this()](beast::error_code, size_t) { self->End(); });
}

void SocketStream::Write() {
  EventText next;
  Socket socket;
  {
    std::lock_guard lock(mutex_);
    if (closed_ || writing_) return;
    socket = socket_;
    if (!waiting_.empty()) {
      next = std::move(waiting_.front());
      waiting_.pop_front();
      waiting_bytes_ -= next->size();
      writing_ = true;
    } else if (!closing_) {
      return;
    }
  }
  if (!next) return End();
  asio::async_write(*socket, asio::buffer(*next),
                    [self = shared_from_this(), next, socket](beast::error_code error, size_t) {
                      {
                        std::lock_guard lock(self->mutex_);
                        self->writing_ = false;
                      }
                      if (error) return self->End();
                      self->Write();
                    });
}

void SocketStream::End() {
  std::function<void()> callback, on_end;
  Socket socket;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    closed_ = true;
    callback = std::move(on_close_);
    on_end = std::move(on_end_);
    socket = std::move(socket_);
  }
  on_end();
  if (callback) callback();
}

}  // namespace souk::net
