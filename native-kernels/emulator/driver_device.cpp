// The driver's entry points for start, devices, contexts and errors.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "driver.h"
#include "memory.h"
#include "options.h"
#include "report.h"

namespace gabor {

namespace {

bool initialized = false;
// Contexts are kept for ever, so that a handle that is used after its context's end is noticed.
std::vector<Context*>& contexts() {
    static auto* all = new std::vector<Context*>;
    return *all;
}

Context* primary[8];
__thread Context* chosen = nullptr;

bool known(const void* handle) {
    for (const Context* context : contexts()) {
        if (context == handle) {
            return true;
        }
    }
    return false;
}

Context* open_context() {
    auto* context = new Context;
    context->default_stream.context = context;
    context->default_stream.blocking = true;
    contexts().push_back(context);
    return context;
}

// Frees what the program forgot, and says so.
void close_context(Context* context) {
    finish(*context);
    std::string list;
    size_t bytes = 0;
    std::vector<const Buffer*> left = buffers_of(context);
    for (const Buffer* buffer : left) {
        bytes += buffer->bytes;
        if (list.size() < 200) {
            list += format("%s#%ld (%zu bytes)", list.empty() ? "" : ", ", buffer->number, buffer->bytes);
        }
    }
    size_t count = left.size();
    std::vector<uintptr_t> starts;
    for (const Buffer* buffer : left) {
        starts.push_back(buffer->start);
    }
    for (uintptr_t start : starts) {
        release(start);
    }
    // After an error of the device the program cannot free anything.
    if (count != 0 && !context->broken.happened()) {
        count_leak(count, bytes, list);
    }
    context->streams.clear();
    context->events.clear();
    context->alive = false;
    write_report();
}

}  // namespace

std::mutex& driver_lock() {
    static auto* one = new std::mutex;
    return *one;
}

int injected(const char* function) {
    const std::string& fail = options().fail;
    if (fail.empty()) {
        return 0;
    }
    size_t colon = fail.find(':');
    std::string wanted = fail.substr(0, colon);
    std::string called = function;
    if (called != wanted && called != wanted + "_v2") {
        return 0;
    }
    static std::map<std::string, long> calls;
    long nth = ++calls[wanted];
    size_t second = colon == std::string::npos ? colon : fail.find(':', colon + 1);
    if (second != std::string::npos && atol(fail.c_str() + second + 1) != nth) {
        return 0;
    }
    return colon == std::string::npos ? CUDA_ERROR_UNKNOWN : atoi(fail.c_str() + colon + 1);
}

Context* current_context_or_null() { return chosen; }
void set_current_context(Context* context) { chosen = context; }

Context* current_context(int* code) {
    if (!initialized) {
        *code = CUDA_ERROR_NOT_INITIALIZED;
        return nullptr;
    }
    if (chosen == nullptr) {
        *code = CUDA_ERROR_INVALID_CONTEXT;
        return nullptr;
    }
    if (!chosen->alive) {
        *code = CUDA_ERROR_CONTEXT_IS_DESTROYED;
        return nullptr;
    }
    return chosen;
}

Stream* stream_of(Context& context, void* handle) {
    if (reinterpret_cast<uintptr_t>(handle) <= 2) {
        return &context.default_stream;
    }
    auto* stream = static_cast<Stream*>(handle);
    return context.owns(stream) ? stream : nullptr;
}

int refuse(int code, const std::string& story) {
    report_error(story);
    return code;
}

}  // namespace gabor

using namespace gabor;

#define GABOR_ENTER_DEVICE(device)                \
    GABOR_ENTER()                                 \
    if (!initialized) {                           \
        return CUDA_ERROR_NOT_INITIALIZED;        \
    }                                             \
    if ((device) < 0 || (device) >= options().devices) { \
        return CUDA_ERROR_INVALID_DEVICE;         \
    }

GABOR_API int cuInit(unsigned flags) {
    GABOR_ENTER()
    if (flags != 0) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    if (options().devices == 0) {
        return CUDA_ERROR_NO_DEVICE;
    }
    initialized = true;
    return CUDA_SUCCESS;
}

GABOR_API int cuDriverGetVersion(int* version) {
    GABOR_ENTER()
    *version = options().driver_version;
    return CUDA_SUCCESS;
}

GABOR_API int cuDeviceGetCount(int* count) {
    GABOR_ENTER()
    if (!initialized) {
        return CUDA_ERROR_NOT_INITIALIZED;
    }
    *count = options().devices;
    return CUDA_SUCCESS;
}

GABOR_API int cuDeviceGet(int* device, int ordinal) {
    GABOR_ENTER_DEVICE(ordinal)
    *device = ordinal;
    return CUDA_SUCCESS;
}

GABOR_API int cuDeviceGetName(char* name, int length, int device) {
    GABOR_ENTER_DEVICE(device)
    snprintf(name, static_cast<size_t>(length), "Gabor emulator (no GPU)");
    return CUDA_SUCCESS;
}

GABOR_API int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    GABOR_ENTER_DEVICE(device)
    *bytes = options().memory;
    return CUDA_SUCCESS;
}

GABOR_API int cuDeviceComputeCapability(int* major, int* minor, int device) {
    GABOR_ENTER_DEVICE(device)
    *major = options().compute_capability / 10;
    *minor = options().compute_capability % 10;
    return CUDA_SUCCESS;
}

GABOR_API int cuDeviceGetUuid(char* uuid, int device) {
    GABOR_ENTER_DEVICE(device)
    std::memset(uuid, device, 16);
    return CUDA_SUCCESS;
}

// Beside CUDA's own attributes, a few of the emulator's, for tests: counts that they could not know otherwise.
GABOR_API int cuDeviceGetAttribute(int* value, int attribute, int device) {
    GABOR_ENTER_DEVICE(device)
    switch (attribute) {
        case 1: *value = 1024; break;          // MAX_THREADS_PER_BLOCK
        case 2: *value = 1024; break;          // MAX_BLOCK_DIM_X
        case 3: *value = 1024; break;          // MAX_BLOCK_DIM_Y
        case 4: *value = 64; break;            // MAX_BLOCK_DIM_Z
        case 5: *value = 2147483647; break;    // MAX_GRID_DIM_X
        case 6: *value = 65535; break;         // MAX_GRID_DIM_Y
        case 7: *value = 65535; break;         // MAX_GRID_DIM_Z
        case 8: *value = 48 << 10; break;      // MAX_SHARED_MEMORY_PER_BLOCK
        case 9: *value = 64 << 10; break;      // TOTAL_CONSTANT_MEMORY
        case 10: *value = 32; break;           // WARP_SIZE
        case 12: *value = 65536; break;        // MAX_REGISTERS_PER_BLOCK
        case 13: *value = 1000000; break;      // CLOCK_RATE
        case 16: *value = 8; break;            // MULTIPROCESSOR_COUNT
        case 20: *value = 0; break;            // COMPUTE_MODE
        case 31: *value = 1; break;            // CONCURRENT_KERNELS
        case 33: *value = 0; break;            // PCI_BUS_ID
        case 34: *value = 0; break;            // PCI_DEVICE_ID
        case 36: *value = 1000000; break;      // MEMORY_CLOCK_RATE
        case 37: *value = 256; break;          // GLOBAL_MEMORY_BUS_WIDTH
        case 38: *value = 4 << 20; break;      // L2_CACHE_SIZE
        case 39: *value = 2048; break;         // MAX_THREADS_PER_MULTIPROCESSOR
        case 41: *value = 1; break;            // UNIFIED_ADDRESSING
        case 75: *value = options().compute_capability / 10; break;
        case 76: *value = options().compute_capability % 10; break;
        case 81: *value = 64 << 10; break;     // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
        case 82: *value = 65536; break;        // MAX_REGISTERS_PER_MULTIPROCESSOR
        case 97: *value = 64 << 10; break;     // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
        case 0x6AB0000: *value = static_cast<int>(live_buffers()); break;
        case 0x6AB0001: *value = static_cast<int>(launches()); break;
        case 0x6AB0002: *value = static_cast<int>(errors()); break;
        case 0x6AB0003: *value = static_cast<int>(leaks()); break;
        case 0x6AB0004: write_report(); *value = 0; break;
        default: return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
}

// ---- contexts ----------------------------------------------------------------------------------------------------------

GABOR_API int cuDevicePrimaryCtxRetain(void** result, int device) {
    GABOR_ENTER_DEVICE(device)
    if (primary[device] == nullptr) {
        primary[device] = open_context();
        primary[device]->primary = true;
    }
    primary[device]->retained++;
    *result = primary[device];
    return CUDA_SUCCESS;
}

GABOR_API int cuDevicePrimaryCtxRelease_v2(int device) {
    GABOR_ENTER_DEVICE(device)
    Context* context = primary[device];
    if (context == nullptr) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (--context->retained == 0) {
        close_context(context);
        primary[device] = nullptr;
    }
    return CUDA_SUCCESS;
}

GABOR_API int cuDevicePrimaryCtxReset_v2(int device) {
    GABOR_ENTER_DEVICE(device)
    if (primary[device] != nullptr) {
        close_context(primary[device]);
        primary[device] = nullptr;
    }
    return CUDA_SUCCESS;
}

GABOR_API int cuDevicePrimaryCtxSetFlags_v2(int device, unsigned) {
    GABOR_ENTER_DEVICE(device)
    return CUDA_SUCCESS;
}

GABOR_API int cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
    GABOR_ENTER_DEVICE(device)
    *flags = 0;
    *active = primary[device] != nullptr;
    return CUDA_SUCCESS;
}

GABOR_API int cuCtxCreate_v2(void** result, unsigned, int device) {
    GABOR_ENTER_DEVICE(device)
    chosen = open_context();
    *result = chosen;
    return CUDA_SUCCESS;
}

GABOR_API int cuCtxDestroy_v2(void* handle) {
    GABOR_ENTER()
    if (!known(handle)) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    auto* context = static_cast<Context*>(handle);
    if (!context->alive) {
        return CUDA_ERROR_CONTEXT_IS_DESTROYED;
    }
    close_context(context);
    if (chosen == context) {
        chosen = nullptr;
    }
    return CUDA_SUCCESS;
}

GABOR_API int cuCtxSetCurrent(void* handle) {
    GABOR_ENTER()
    if (!initialized) {
        return CUDA_ERROR_NOT_INITIALIZED;
    }
    if (handle != nullptr && (!known(handle) || !static_cast<Context*>(handle)->alive)) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    chosen = static_cast<Context*>(handle);
    return CUDA_SUCCESS;
}

GABOR_API int cuCtxGetCurrent(void** result) {
    GABOR_ENTER()
    if (!initialized) {
        return CUDA_ERROR_NOT_INITIALIZED;
    }
    *result = chosen;
    return CUDA_SUCCESS;
}

// A stack of contexts would be needed for more; one level serves those who push and pop around a call.
static __thread Context* pushed = nullptr;

GABOR_API int cuCtxPushCurrent_v2(void* handle) {
    GABOR_ENTER()
    if (!known(handle) || pushed != nullptr) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    pushed = chosen;
    chosen = static_cast<Context*>(handle);
    return CUDA_SUCCESS;
}

GABOR_API int cuCtxPopCurrent_v2(void** result) {
    GABOR_ENTER()
    if (chosen == nullptr) {
        return CUDA_ERROR_INVALID_CONTEXT;
    }
    if (result != nullptr) {
        *result = chosen;
    }
    chosen = pushed;
    pushed = nullptr;
    return CUDA_SUCCESS;
}

GABOR_API int cuCtxGetDevice(int* device) {
    GABOR_ENTER_CONTEXT()
    *device = 0;
    for (int i = 0; i < 8; i++) {
        if (primary[i] == context) {
            *device = i;
        }
    }
    return CUDA_SUCCESS;
}

GABOR_API int cuCtxSynchronize() {
    GABOR_ENTER_CONTEXT()
    if (context->capturing()) {
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    return finish(*context);
}

// ---- errors ------------------------------------------------------------------------------------------------------------

namespace {

struct Known {
    int code;
    const char* name;
    const char* text;
};

const Known KNOWN[] = {
    {CUDA_SUCCESS, "CUDA_SUCCESS", "no error"},
    {CUDA_ERROR_INVALID_VALUE, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {CUDA_ERROR_OUT_OF_MEMORY, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {CUDA_ERROR_NOT_INITIALIZED, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {CUDA_ERROR_NO_DEVICE, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {CUDA_ERROR_INVALID_DEVICE, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {CUDA_ERROR_INVALID_CONTEXT, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {CUDA_ERROR_NO_BINARY_FOR_GPU, "CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image for this device"},
    {CUDA_ERROR_INVALID_PTX, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION", "unsupported PTX version"},
    {CUDA_ERROR_INVALID_HANDLE, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {CUDA_ERROR_NOT_FOUND, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {CUDA_ERROR_NOT_READY, "CUDA_ERROR_NOT_READY", "device not ready"},
    {CUDA_ERROR_ILLEGAL_ADDRESS, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {CUDA_ERROR_CONTEXT_IS_DESTROYED, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {CUDA_ERROR_ILLEGAL_INSTRUCTION, "CUDA_ERROR_ILLEGAL_INSTRUCTION", "an illegal instruction was encountered"},
    {CUDA_ERROR_MISALIGNED_ADDRESS, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {CUDA_ERROR_LAUNCH_FAILED, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {CUDA_ERROR_NOT_SUPPORTED, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED",
     "operation not permitted when stream is capturing"},
    {CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
     "operation failed due to a previous error during capture"},
    {CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "CUDA_ERROR_STREAM_CAPTURE_UNMATCHED",
     "capture was not started in this stream"},
    {CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, "CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
     "operation would make the default stream depend on a capturing stream"},
    {CUDA_ERROR_UNKNOWN, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

}  // namespace

GABOR_API int cuGetErrorName(int code, const char** name) {
    for (const Known& known_code : KNOWN) {
        if (known_code.code == code) {
            *name = known_code.name;
            return CUDA_SUCCESS;
        }
    }
    *name = nullptr;
    return CUDA_ERROR_INVALID_VALUE;
}

GABOR_API int cuGetErrorString(int code, const char** text) {
    for (const Known& known_code : KNOWN) {
        if (known_code.code == code) {
            *text = known_code.text;
            return CUDA_SUCCESS;
        }
    }
    *text = nullptr;
    return CUDA_ERROR_INVALID_VALUE;
}

// Not CUDA's: the last error in words, and the report.
GABOR_API const char* gabor_emu_last_report() {
    static std::string text;
    text = last_error();
    return text.c_str();
}

GABOR_API void gabor_emu_write_report() { write_report(); }
