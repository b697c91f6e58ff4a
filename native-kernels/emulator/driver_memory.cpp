// The driver's entry points for memory: device buffers, pinned host memory, copies and fills.

#include <cstdlib>
#include <cstring>
#include <map>

#include "driver.h"
#include "memory.h"
#include "options.h"
#include "report.h"

using namespace gabor;

namespace {

std::map<uintptr_t, size_t>& pinned() {
    static auto* all = new std::map<uintptr_t, size_t>;
    return *all;
}

bool is_pinned(const void* host) {
    uintptr_t address = reinterpret_cast<uintptr_t>(host);
    auto after = pinned().upper_bound(address);
    return after != pinned().begin() && address < std::prev(after)->first + std::prev(after)->second;
}

// Refuses a range that is not inside one live buffer.
int check(const char* what, uintptr_t device, size_t bytes) {
    if (bytes == 0 || buffer_holding(device, bytes) != nullptr) {
        return CUDA_SUCCESS;
    }
    return refuse(CUDA_ERROR_INVALID_VALUE, format("%s of %zu bytes at %s", what, bytes, describe(device).c_str()));
}

Work copy(uintptr_t to, uintptr_t from, size_t bytes) {
    return [=]() -> Failure {
        std::memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), bytes);
        return {};
    };
}

// The ranges are looked at when the work is done too: the buffer may have been freed by then.
Work checked(const char* what, uintptr_t device, size_t bytes, Work work) {
    return [=]() -> Failure {
        if (bytes != 0 && buffer_holding(device, bytes) == nullptr) {
            return {CUDA_ERROR_ILLEGAL_ADDRESS, format("queued %s: %s", what, describe(device).c_str())};
        }
        return work();
    };
}

int not_while_capturing(Context* context) {
    if (context->capturing()) {
        for (auto& stream : context->streams) {
            stream->capture_broken = stream->capture_broken || stream->capture != nullptr;
        }
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    return CUDA_SUCCESS;
}

int copy_now(Context* context, const char* what, uintptr_t device, size_t bytes, const Work& work) {
    if (context->capturing()) {
        not_while_capturing(context);
        return CUDA_ERROR_STREAM_CAPTURE_IMPLICIT;
    }
    int code = check(what, device, bytes);
    return code != 0 ? code : run_now(*context, context->default_stream, work);
}

int queue(Context* context, void* handle, const char* what, uintptr_t device, size_t bytes, const Work& work) {
    Stream* stream = stream_of(*context, handle);
    if (stream == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    int code = check(what, device, bytes);
    return code != 0 ? code : enqueue(*context, *stream, checked(what, device, bytes, work));
}

Work fill(uintptr_t device, uint32_t value, size_t unit, size_t count) {
    return [=]() -> Failure {
        char* to = reinterpret_cast<char*>(device);
        for (size_t i = 0; i < count; i++) {
            std::memcpy(to + i * unit, &value, unit);
        }
        return {};
    };
}

}  // namespace

GABOR_API int cuMemAlloc_v2(uintptr_t* device, size_t bytes) {
    GABOR_ENTER_CONTEXT()
    if (int code = not_while_capturing(context)) {
        return code;
    }
    if (bytes == 0) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    switch (allocate(bytes, context, device)) {
        case Allocation::done:
            return CUDA_SUCCESS;
        case Allocation::too_much:
            return CUDA_ERROR_OUT_OF_MEMORY;
        default:
            return refuse(CUDA_ERROR_OUT_OF_MEMORY, "no addresses are left: buffers' addresses are not used again");
    }
}

GABOR_API int cuMemFree_v2(uintptr_t device) {
    GABOR_ENTER_CONTEXT()
    if (int code = not_while_capturing(context)) {
        return code;
    }
    if (device == 0) {
        return CUDA_SUCCESS;
    }
    int code = finish(*context);
    if (!release(device)) {
        return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFree of " + describe(device) + ", where no live buffer starts");
    }
    return code;
}

GABOR_API int cuMemGetInfo_v2(size_t* free_bytes, size_t* total) {
    GABOR_ENTER_CONTEXT()
    *total = options().memory;
    *free_bytes = options().memory - live_bytes();
    return CUDA_SUCCESS;
}

GABOR_API int cuMemGetAddressRange_v2(uintptr_t* start, size_t* bytes, uintptr_t device) {
    GABOR_ENTER_CONTEXT()
    const Buffer* buffer = buffer_holding(device, 0);
    if (buffer == nullptr) {
        return CUDA_ERROR_NOT_FOUND;
    }
    if (start != nullptr) {
        *start = buffer->start;
    }
    if (bytes != nullptr) {
        *bytes = buffer->bytes;
    }
    return CUDA_SUCCESS;
}

// ---- pinned host memory ------------------------------------------------------------------------------------------------

static int pin(Context* context, void** host, size_t bytes) {
    if (int code = not_while_capturing(context)) {
        return code;
    }
    if (bytes == 0 || posix_memalign(host, 4096, bytes) != 0) {
        return bytes == 0 ? CUDA_ERROR_INVALID_VALUE : CUDA_ERROR_OUT_OF_MEMORY;
    }
    poison(*host, bytes);
    pinned()[reinterpret_cast<uintptr_t>(*host)] = bytes;
    return CUDA_SUCCESS;
}

GABOR_API int cuMemAllocHost_v2(void** host, size_t bytes) {
    GABOR_ENTER_CONTEXT()
    return pin(context, host, bytes);
}

GABOR_API int cuMemHostAlloc(void** host, size_t bytes, unsigned) {
    GABOR_ENTER_CONTEXT()
    return pin(context, host, bytes);
}

GABOR_API int cuMemFreeHost(void* host) {
    GABOR_ENTER_CONTEXT()
    int code = finish(*context);
    if (pinned().erase(reinterpret_cast<uintptr_t>(host)) == 0) {
        return refuse(CUDA_ERROR_INVALID_VALUE, "cuMemFreeHost of memory that is not pinned");
    }
    free(host);
    return code;
}

GABOR_API int cuMemHostRegister_v2(void* host, size_t bytes, unsigned) {
    GABOR_ENTER_CONTEXT()
    pinned()[reinterpret_cast<uintptr_t>(host)] = bytes;
    return CUDA_SUCCESS;
}

GABOR_API int cuMemHostUnregister(void* host) {
    GABOR_ENTER_CONTEXT()
    finish(*context);
    return pinned().erase(reinterpret_cast<uintptr_t>(host)) == 0 ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

// ---- copies ------------------------------------------------------------------------------------------------------------

GABOR_API int cuMemcpyHtoD_v2(uintptr_t device, const void* host, size_t bytes) {
    GABOR_ENTER_CONTEXT()
    return copy_now(context, "cuMemcpyHtoD", device, bytes, copy(device, reinterpret_cast<uintptr_t>(host), bytes));
}

GABOR_API int cuMemcpyDtoH_v2(void* host, uintptr_t device, size_t bytes) {
    GABOR_ENTER_CONTEXT()
    return copy_now(context, "cuMemcpyDtoH", device, bytes, copy(reinterpret_cast<uintptr_t>(host), device, bytes));
}

GABOR_API int cuMemcpyDtoD_v2(uintptr_t to, uintptr_t from, size_t bytes) {
    GABOR_ENTER_CONTEXT()
    if (int code = check("cuMemcpyDtoD", from, bytes)) {
        return code;
    }
    return queue(context, nullptr, "cuMemcpyDtoD", to, bytes, copy(to, from, bytes));
}

// From memory that is not pinned, a driver copies the bytes at once and queues the rest.
GABOR_API int cuMemcpyHtoDAsync_v2(uintptr_t device, const void* host, size_t bytes, void* stream) {
    GABOR_ENTER_CONTEXT()
    const char* from = static_cast<const char*>(host);
    if (is_pinned(host)) {
        return queue(context, stream, "cuMemcpyHtoDAsync", device, bytes,
                     copy(device, reinterpret_cast<uintptr_t>(host), bytes));
    }
    std::string staged(from, bytes);
    return queue(context, stream, "cuMemcpyHtoDAsync", device, bytes, [=]() -> Failure {
        std::memcpy(reinterpret_cast<void*>(device), staged.data(), bytes);
        return {};
    });
}

// To memory that is not pinned, the copy is done when the call returns.
GABOR_API int cuMemcpyDtoHAsync_v2(void* host, uintptr_t device, size_t bytes, void* handle) {
    GABOR_ENTER_CONTEXT()
    int code = queue(context, handle, "cuMemcpyDtoHAsync", device, bytes,
                     copy(reinterpret_cast<uintptr_t>(host), device, bytes));
    Stream* stream = stream_of(*context, handle);
    if (code == CUDA_SUCCESS && !is_pinned(host) && stream->capture == nullptr) {
        return finish(*stream);
    }
    return code;
}

GABOR_API int cuMemcpyDtoDAsync_v2(uintptr_t to, uintptr_t from, size_t bytes, void* stream) {
    GABOR_ENTER_CONTEXT()
    if (int code = check("cuMemcpyDtoDAsync", from, bytes)) {
        return code;
    }
    return queue(context, stream, "cuMemcpyDtoDAsync", to, bytes,
                 checked("cuMemcpyDtoDAsync", from, bytes, copy(to, from, bytes)));
}

// ---- fills -------------------------------------------------------------------------------------------------------------

GABOR_API int cuMemsetD8Async(uintptr_t device, unsigned char value, size_t count, void* stream) {
    GABOR_ENTER_CONTEXT()
    return queue(context, stream, "cuMemsetD8Async", device, count, fill(device, value, 1, count));
}

GABOR_API int cuMemsetD32Async(uintptr_t device, unsigned value, size_t count, void* stream) {
    GABOR_ENTER_CONTEXT()
    return queue(context, stream, "cuMemsetD32Async", device, 4 * count, fill(device, value, 4, count));
}

GABOR_API int cuMemsetD8_v2(uintptr_t device, unsigned char value, size_t count) {
    GABOR_ENTER_CONTEXT()
    return queue(context, nullptr, "cuMemsetD8", device, count, fill(device, value, 1, count));
}

GABOR_API int cuMemsetD32_v2(uintptr_t device, unsigned value, size_t count) {
    GABOR_ENTER_CONTEXT()
    return queue(context, nullptr, "cuMemsetD32", device, 4 * count, fill(device, value, 4, count));
}
