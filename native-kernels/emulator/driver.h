// What all entry points of the driver share: the lock, the current context, checks.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "failure.h"
#include "stream.h"

#define GABOR_API extern "C" __attribute__((visibility("default")))

namespace gabor {

// Held by each entry point: one call at a time.
std::mutex& driver_lock();

// The code that GABOR_EMU_FAIL wants this call to return, or 0.
int injected(const char* function);

// The current context of the calling thread; `code` tells why there is none.
Context* current_context(int* code);
void set_current_context(Context* context);
Context* current_context_or_null();

// The stream behind a handle of the API; 0, 1 and 2 are the default stream. nullptr when there is none such.
Stream* stream_of(Context& context, void* handle);

// Prints why a call is refused, and returns the code.
int refuse(int code, const std::string& story);


}  // namespace gabor

// Opens an entry point.
#define GABOR_ENTER()                                                 \
    std::lock_guard<std::mutex> hold(gabor::driver_lock());           \
    if (int wanted = gabor::injected(__func__)) {                     \
        return wanted;                                                \
    }

// Opens an entry point that needs a current context that works.
#define GABOR_ENTER_CONTEXT()                                         \
    GABOR_ENTER()                                                     \
    int context_code = 0;                                             \
    gabor::Context* context = gabor::current_context(&context_code);  \
    if (context == nullptr) {                                         \
        return context_code;                                          \
    }                                                                 \
    if (context->broken.happened()) {                                 \
        return context->broken.code;                                  \
    }
