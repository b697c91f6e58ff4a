#include "stream.h"

#include "options.h"
#include "report.h"

namespace gabor {

namespace {

// A GPU's queue has an end as well; beyond it the caller waits.
constexpr size_t QUEUE = 1024;

int run(Context& context, const Work& work) {
    if (context.broken.happened()) {
        return context.broken.code;
    }
    Failure failure = work();
    if (failure.happened()) {
        context.broken = failure;
        report_error(failure.story);
    }
    return failure.code;
}

void finish_those_before(Context& context, const Stream& stream) {
    if (&stream == &context.default_stream) {
        for (auto& other : context.streams) {
            if (other->blocking) {
                finish(*other);
            }
        }
    } else if (stream.blocking) {
        finish(context.default_stream);
    }
}

}  // namespace

bool Context::owns(const Stream* stream) const {
    if (stream == &default_stream) {
        return true;
    }
    for (const auto& one : streams) {
        if (one.get() == stream) {
            return true;
        }
    }
    return false;
}

bool Context::capturing() const {
    for (const auto& one : streams) {
        if (one->capture != nullptr && one->blocking) {
            return true;
        }
    }
    return false;
}

int enqueue(Context& context, Stream& stream, Work work) {
    if (stream.capture != nullptr) {
        if (stream.capture_broken) {
            return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
        }
        stream.capture->nodes.push_back(std::move(work));
        return CUDA_SUCCESS;
    }
    if (&stream == &context.default_stream && context.capturing()) {
        return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
    finish_those_before(context, stream);
    if (context.broken.happened()) {
        return context.broken.code;
    }
    stream.queue.push_back(std::move(work));
    if (!options().deferred || stream.queue.size() > QUEUE) {
        finish(stream);  // an error is told at the next call, as by a GPU
    }
    return CUDA_SUCCESS;
}

int finish(Stream& stream) {
    while (!stream.queue.empty()) {
        Work work = std::move(stream.queue.front());
        stream.queue.pop_front();
        run(*stream.context, work);
    }
    return stream.context->broken.code;
}

int finish(Context& context) {
    finish(context.default_stream);
    for (auto& stream : context.streams) {
        finish(*stream);
    }
    return context.broken.code;
}

int run_now(Context& context, Stream& stream, const Work& work) {
    finish_those_before(context, stream);
    finish(stream);
    return run(context, work);
}

}  // namespace gabor
