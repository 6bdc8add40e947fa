#include "broker/connection.h"

#include <sys/sendfile.h>
#include <sys/socket.h>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>

#include "base/log.h"

namespace asio = boost::asio;

namespace souk::broker {

using protocol::kafka::Segment;

namespace {

constexpr size_t kFreeBlocks = 16;
// No further request is taken up while this much waits to be sent.
constexpr size_t kOutputHigh = 262'144;
constexpr size_t kAnswersHigh = 64;
constexpr size_t kLargeStart = 262'144;
constexpr size_t kSendfileMost = 1 << 20;  // at a time, so that one reader does not keep the thread
constexpr int kRequestsInARow = 64;
constexpr auto kMemoryRetry = std::chrono::milliseconds(5);

uint32_t SizeAt(const char* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

int64_t SteadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::unique_ptr<char[]> BlockPool::Take() {
  if (free_.empty()) {
    ++count_;
    return std::unique_ptr<char[]>(new char[kBlockBytes]);
  }
  auto block = std::move(free_.back());
  free_.pop_back();
  return block;
}

void BlockPool::Give(std::unique_ptr<char[]> block) {
  if (free_.size() < kFreeBlocks) {
    free_.push_back(std::move(block));
  } else {
    --count_;
  }
}

Connection::Connection(asio::ip::tcp::socket socket, asio::io_context& loop, BlockPool& blocks,
                       ConnectionLimits& limits, const RequestHandler& handler)
    : socket_(std::move(socket)), loop_(loop), blocks_(blocks), limits_(limits), handler_(handler) {
  ++limits_.connections;
}

Connection::~Connection() {
  EndLarge();
  if (block_ && block_bytes_ == BlockPool::kBlockBytes) --limits_.blocks;
  --limits_.connections;
}

void Connection::Start() {
  Touch();
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  WaitReadable();
}

void Connection::Close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  out_.clear();
  if (!handling_) {
    EndLarge();
    DropBlock();
  }
}

void Connection::Touch() { progress_ms_ = SteadyMs(); }

void Connection::CloseIfStale(int64_t now_ms, int64_t idle_timeout_ms, int64_t request_timeout_ms) {
  if (closed()) return;
  bool partial = !unanswered_ && (large_ != nullptr || end_ > begin_) && out_.empty();
  bool late = partial && now_ms - request_since_ms_ > request_timeout_ms;
  bool idle = (!unanswered_ || !out_.empty()) && now_ms - progress_ms_ > idle_timeout_ms;
  if (late || idle) Close();
}

std::string Connection::local_address() const {
  boost::system::error_code error;
  auto endpoint = socket_.local_endpoint(error);
  return error ? "127.0.0.1" : endpoint.address().to_string();
}

std::string Connection::remote_address() const {
  boost::system::error_code error;
  auto endpoint = socket_.remote_endpoint(error);
  return error ? "" : endpoint.address().to_string();
}

void Connection::WaitReadable() {
  if (reading_ || waiting_for_memory_ || closed()) return;
  reading_ = true;
  socket_.async_wait(asio::socket_base::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->reading_ = false;
                       if (!error && !self->closed()) self->OnReadable();
                     });
}

void Connection::OnReadable() {
  // While a request is under way nothing more is taken from the socket: the system's buffers hold the client
  // back.
  if (unanswered_ || handling_ || !out_.empty()) return;
  if (large_ ? ReceiveLarge() : Receive())
    Process();
  else if (!closed())
    WaitReadable();
}

bool Connection::Receive() {
  if (block_bytes_ != BlockPool::kBlockBytes) {
    auto block = blocks_.Take();
    size_t have = end_ - begin_;
    if (have > 0) std::memcpy(block.get(), block_.get() + begin_, have);
    block_ = std::move(block);
    block_bytes_ = BlockPool::kBlockBytes;
    begin_ = 0;
    end_ = have;
  }
  if (begin_ > 0 && end_ == BlockPool::kBlockBytes) {
    std::memmove(block_.get(), block_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  ssize_t got = ::recv(socket_.native_handle(), block_.get() + end_, BlockPool::kBlockBytes - end_, 0);
  if (got > 0) {
    limits_.received_bytes.fetch_add(static_cast<uint64_t>(got), std::memory_order_relaxed);
    if (begin_ == end_) request_since_ms_ = SteadyMs();
    end_ += static_cast<size_t>(got);
    Touch();
    return true;
  }
  if (got == 0 || !WouldBlock())
    Close();
  else
    Shelve();
  return false;
}

bool Connection::ReceiveLarge() {
  if (large_received_ == large_capacity_ && !GrowLarge()) return false;
  ssize_t got =
      ::recv(socket_.native_handle(), large_ + large_received_, large_capacity_ - large_received_, 0);
  if (got > 0) {
    limits_.received_bytes.fetch_add(static_cast<uint64_t>(got), std::memory_order_relaxed);
    large_received_ += static_cast<size_t>(got);
    Touch();
    return true;
  }
  if (got == 0 || !WouldBlock()) Close();
  return false;
}

// Moves what is in the block over to memory of its own.
void Connection::BeginLarge(size_t size) {
  size_t have = end_ - begin_ - 4;
  large_size_ = size;
  large_received_ = have;
  large_capacity_ = std::min(size, std::max(kLargeStart, have));
  large_ = static_cast<char*>(std::malloc(large_capacity_));
  if (large_ == nullptr) return CloseWithoutMemory(large_capacity_);
  limits_.memory_used += large_capacity_;
  std::memcpy(large_, block_.get() + begin_ + 4, have);
  Consume(have + 4);
}

bool Connection::GrowLarge() {
  size_t wanted = std::min(large_size_, large_capacity_ * 2);
  size_t more = wanted - large_capacity_;
  if (limits_.memory_used > large_capacity_ && limits_.memory_used + more > limits_.memory_bytes) {
    // Others are to be finished first; what this client still sends stays in the system's buffers.
    waiting_for_memory_ = true;
    auto timer = std::make_shared<asio::steady_timer>(loop_, kMemoryRetry);
    timer->async_wait([self = shared_from_this(), timer](boost::system::error_code) {
      self->waiting_for_memory_ = false;
      if (!self->closed()) self->OnReadable();
    });
    return false;
  }
  char* grown = static_cast<char*>(std::realloc(large_, wanted));
  if (grown == nullptr) {
    CloseWithoutMemory(wanted);
    return false;
  }
  limits_.memory_used += more;
  large_ = grown;
  large_capacity_ = wanted;
  return true;
}

void Connection::CloseWithoutMemory(size_t wanted) {
  Log(LogLevel::kError, "broker",
      "there is no memory for a request; connection closed. Lower broker.memory or give the machine more",
      {{"client", remote_address()}, {"bytes", std::to_string(wanted)}});
  Close();
}

void Connection::EndLarge() {
  if (large_ == nullptr) return;
  limits_.memory_used -= large_capacity_;
  std::free(large_);
  large_ = nullptr;
}

void Connection::Consume(size_t bytes) {
  begin_ += bytes;
  if (begin_ == end_) DropBlock();
}

void Connection::DropBlock() {
  if (block_bytes_ == BlockPool::kBlockBytes) blocks_.Give(std::move(block_));
  block_.reset();
  block_bytes_ = begin_ = end_ = 0;
}

void Connection::Shelve() {
  size_t have = end_ - begin_;
  if (have == 0) return DropBlock();
  if (block_bytes_ != BlockPool::kBlockBytes || have > BlockPool::kBlockBytes / 2) return;
  std::unique_ptr<char[]> kept(new char[have]);
  std::memcpy(kept.get(), block_.get() + begin_, have);
  DropBlock();
  block_ = std::move(kept);
  block_bytes_ = end_ = have;
}

void Connection::Process() {
  if (processing_) return;
  processing_ = true;
  int taken = 0;
  Next next = Next::kGoOn;
  while (next == Next::kGoOn && !closed()) {
    next = TakeRequests(taken);
    if (closed()) break;
    if (!Send()) next = Next::kWaitWritable;
  }
  processing_ = false;
  if (closed()) return;
  if (next != Next::kYield && !handling_) Shelve();
  if (next == Next::kWaitWritable) WaitWritable();
  if (next == Next::kWaitReadable) WaitReadable();
  if (next == Next::kYield) asio::post(loop_, [self = shared_from_this()] { self->Process(); });
}

// Takes up requests until one has to be waited for, none is complete, or much waits to be sent.
Connection::Next Connection::TakeRequests(int& taken) {
  while (!closed() && out_bytes_ < kOutputHigh && out_.size() < kAnswersHigh) {
    if (unanswered_ || handling_) return Next::kWaitAnswer;
    if (++taken > kRequestsInARow) return Next::kYield;
    if (!TakeRequest()) return Next::kWaitReadable;
  }
  return Next::kGoOn;
}

bool Connection::TakeRequest() {
  if (large_ != nullptr) {
    if (large_received_ < large_size_) return false;
    Handle({large_, large_size_});
    return true;
  }
  if (end_ - begin_ < 4) return false;
  uint32_t size = SizeAt(block_.get() + begin_);
  if (size > limits_.max_request_bytes) {
    Log(LogLevel::kWarn, "broker",
        "a request is larger than broker.max_request, or no Kafka request; connection closed",
        {{"client", remote_address()}, {"bytes", std::to_string(size)}});
    Close();
    return false;
  }
  size_t have = end_ - begin_ - 4;
  if (have >= size) {
    Handle({block_.get() + begin_ + 4, size});
    return true;
  }
  if (size + 4 > BlockPool::kBlockBytes) BeginLarge(size);
  return false;
}

void Connection::Handle(std::string_view request) {
  handling_ = unanswered_ = true;
  request_bytes_ = request.size();
  handler_(request, shared_from_this(), [self = shared_from_this()] { self->AfterHandled(); });
}

void Connection::AfterHandled() {
  handling_ = false;
  if (large_ != nullptr)
    EndLarge();
  else
    Consume(request_bytes_ + 4);
  request_since_ms_ = SteadyMs();
  if (closed()) {
    DropBlock();
    return;
  }
  Process();
}

void Connection::Answer(std::vector<Segment> segments) {
  if (loop_.get_executor().running_in_this_thread()) return Answered(std::move(segments));
  asio::post(loop_, [self = shared_from_this(), segments = std::move(segments)]() mutable {
    self->Answered(std::move(segments));
  });
}

void Connection::Answered(std::vector<Segment> segments) {
  unanswered_ = false;
  if (closed()) return;
  for (Segment& segment : segments) {
    out_bytes_ += segment.bytes.size();
    out_.push_back(std::move(segment));
  }
  // Inside of Handle the loop of Process goes on by itself.
  if (!handling_) Process();
}

void Connection::Abort(const std::string& reason) {
  asio::dispatch(loop_, [self = shared_from_this(), reason] {
    Log(LogLevel::kDebug, "broker", "connection closed",
        {{"client", self->remote_address()}, {"reason", reason}});
    self->unanswered_ = false;
    self->Close();
  });
}

bool Connection::Send() {
  while (!out_.empty()) {
    if (!SendSegment(out_.front())) return closed();
    out_.pop_front();
    sent_bytes_ = 0;
    Touch();
  }
  return true;
}

// True when the segment is through.
bool Connection::SendSegment(Segment& segment) {
  while (sent_bytes_ < segment.bytes.size()) {
    bool more = segment.span.length > 0 || out_.size() > 1;
    ssize_t sent = ::send(socket_.native_handle(), segment.bytes.data() + sent_bytes_,
                          segment.bytes.size() - sent_bytes_, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    if (sent < 0) {
      if (!WouldBlock()) Close();
      return false;
    }
    sent_bytes_ += static_cast<size_t>(sent);
    limits_.sent_bytes.fetch_add(static_cast<uint64_t>(sent), std::memory_order_relaxed);
    out_bytes_ -= static_cast<size_t>(sent);
    Touch();
  }
  size_t budget = kSendfileMost;
  while (segment.span.length > 0) {
    if (budget == 0) return false;
    auto position = static_cast<off_t>(segment.span.position);
    ssize_t sent = ::sendfile(socket_.native_handle(), segment.span.fd, &position,
                              std::min<size_t>(segment.span.length, budget));
    if (sent <= 0) {
      // A file that ends early would leave the client with half an answer.
      if (sent == 0 || !WouldBlock()) Close();
      return false;
    }
    limits_.sent_bytes.fetch_add(static_cast<uint64_t>(sent), std::memory_order_relaxed);
    segment.span.position += static_cast<uint64_t>(sent);
    segment.span.length -= static_cast<uint64_t>(sent);
    budget -= static_cast<size_t>(sent);
    Touch();
  }
  return true;
}

void Connection::WaitWritable() {
  if (writing_ || closed()) return;
  writing_ = true;
  socket_.async_wait(asio::socket_base::wait_write,
                     [self = shared_from_this()](boost::system::error_code error) {
                       self->writing_ = false;
                       if (error || self->closed()) return;
                       self->Process();
                     });
}

}  // namespace souk::broker
