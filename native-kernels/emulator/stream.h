// Streams, events and graphs: queued work in its order. Work runs as late as a GPU could run it: when somebody waits for
// it. So a program that forgets to wait reads old values here, every time.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "failure.h"

namespace gabor {

struct Context;

// One piece of queued work.
using Work = std::function<Failure()>;

// What a capture recorded.
struct Graph {
    Context* context;
    std::vector<Work> nodes;
};

struct GraphExec {
    Context* context;
    std::shared_ptr<std::vector<Work>> nodes;
};

struct Stream {
    Context* context;
    bool blocking;  // waits for the default stream, and it for this one
    std::deque<Work> queue;
    std::unique_ptr<Graph> capture;
    bool capture_broken = false;
    int capture_mode = 0;
};

struct Event {
    Context* context;
    std::shared_ptr<bool> done;  // of the last record; nullptr before the first
    std::shared_ptr<std::chrono::steady_clock::time_point> time;
    Stream* stream = nullptr;
    bool timing = true;
    bool asked = false;  // a query has answered "not ready" since the last record
};

// A context: what belongs together and breaks together.
struct Context {
    int retained = 0;
    bool primary = false;
    bool alive = true;
    Failure broken;  // after an error of the device every call fails with it
    Stream default_stream;
    std::vector<std::unique_ptr<Stream>> streams;
    std::vector<std::unique_ptr<Event>> events;

    bool owns(const Stream* stream) const;
    bool capturing() const;
};

// Puts work behind what is queued; while the stream is captured, into its graph. Work of the default stream waits for
// that of the blocking streams, and they for it.
int enqueue(Context& context, Stream& stream, Work work);

// Runs what is queued. Returns the context's error, if any.
int finish(Stream& stream);
int finish(Context& context);

// Runs work that the caller waits for, after all that it must come after.
int run_now(Context& context, Stream& stream, const Work& work);

}  // namespace gabor
