// The driver's entry points for modules, launches, streams, events and graphs.

#include <cstring>
#include <set>

#include "driver.h"
#include "launch.h"
#include "options.h"
#include "ptx.h"
#include "report.h"

using namespace gabor;

namespace {

struct Module;

struct Function {
    Module* module;
    const Kernel* kernel;
    PtxEntry entry;
};

struct Module {
    Context* context;
    Ptx ptx;
    std::map<std::string, std::unique_ptr<Function>> functions;
};

// Handles that are alive. A stale one is an error here; on a GPU it may be anything.
template <typename T>
class Handles {
public:
    T* add(T* one) {
        all_.insert(one);
        return one;
    }
    T* find(void* handle) const {
        auto found = all_.find(static_cast<T*>(handle));
        return found == all_.end() ? nullptr : *found;
    }
    void remove(T* one) {
        all_.erase(one);
        delete one;
    }

private:
    std::set<T*> all_;
};

template <typename T>
Handles<T>& handles() {
    static auto* all = new Handles<T>;
    return *all;
}

int load(Context* context, void** result, const void* image, std::string* log) {
    auto* module = new Module;
    module->context = context;
    Failure failure = read_ptx(static_cast<const char*>(image), &module->ptx);
    for (const auto& entry : module->ptx.entries) {
        if (failure.happened()) {
            break;
        }
        // An entry that this library does not know is no error before it is asked for.
        const Kernel* kernel = find_kernel(entry.first);
        std::string difference = kernel == nullptr ? "" : signature_difference(entry.second, *kernel);
        if (!difference.empty()) {
            failure = {CUDA_ERROR_INVALID_PTX, "the module and the emulator are built from different sources: "
                                                       + entry.first + ": " + difference};
        }
    }
    if (failure.happened()) {
        *log = failure.story;
        delete module;
        return refuse(failure.code, failure.story);
    }
    *result = handles<Module>().add(module);
    return CUDA_SUCCESS;
}

}  // namespace

// ---- modules -----------------------------------------------------------------------------------------------------------

GABOR_API int cuModuleLoadData(void** module, const void* image) {
    GABOR_ENTER_CONTEXT()
    std::string log;
    return load(context, module, image, &log);
}

GABOR_API int cuModuleLoadDataEx(void** module, const void* image, unsigned count, int* names, void** values) {
    GABOR_ENTER_CONTEXT()
    std::string log;
    int code = load(context, module, image, &log);
    char* buffer = nullptr;
    size_t bytes = 0;
    for (unsigned i = 0; i < count; i++) {
        if (names[i] == 5) {  // CU_JIT_ERROR_LOG_BUFFER
            buffer = static_cast<char*>(values[i]);
        } else if (names[i] == 6) {  // CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES
            bytes = static_cast<unsigned>(reinterpret_cast<uintptr_t>(values[i]));
        }
    }
    if (buffer != nullptr && bytes > 0) {
        strncpy(buffer, log.c_str(), bytes - 1);
        buffer[bytes - 1] = 0;
    }
    return code;
}

GABOR_API int cuModuleUnload(void* handle) {
    GABOR_ENTER_CONTEXT()
    Module* module = handles<Module>().find(handle);
    if (module == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    finish(*context);
    for (auto& function : module->functions) {
        handles<Function>().remove(function.second.release());
    }
    handles<Module>().remove(module);
    return CUDA_SUCCESS;
}

GABOR_API int cuModuleGetFunction(void** result, void* handle, const char* name) {
    GABOR_ENTER_CONTEXT()
    Module* module = handles<Module>().find(handle);
    if (module == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    auto entry = module->ptx.entries.find(name);
    if (entry == module->ptx.entries.end()) {
        return CUDA_ERROR_NOT_FOUND;
    }
    const Kernel* kernel = find_kernel(name);
    if (kernel == nullptr) {
        return refuse(CUDA_ERROR_NOT_FOUND, std::string("the kernel ") + name
                                                    + " is in the module but in no GABOR_KERNELS(...): add it at the "
                                                      "end of its .cu file");
    }
    std::unique_ptr<Function>& function = module->functions[name];
    if (function == nullptr) {
        function.reset(handles<Function>().add(new Function{module, kernel, entry->second}));
    }
    *result = function.get();
    return CUDA_SUCCESS;
}

GABOR_API int cuFuncGetAttribute(int* value, int attribute, void* handle) {
    GABOR_ENTER_CONTEXT()
    Function* function = handles<Function>().find(handle);
    if (function == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    switch (attribute) {
        case 0: *value = function->entry.max_threads; break;   // MAX_THREADS_PER_BLOCK
        case 1: *value = function->entry.shared_bytes; break;  // SHARED_SIZE_BYTES
        case 2: case 3: *value = 0; break;                     // CONST_SIZE_BYTES, LOCAL_SIZE_BYTES
        case 4: *value = 32; break;                            // NUM_REGS
        case 5: *value = function->module->ptx.target; break;  // PTX_VERSION
        case 6: *value = options().compute_capability; break;  // BINARY_VERSION
        default: return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
}

GABOR_API int cuFuncSetCacheConfig(void* handle, int) {
    GABOR_ENTER_CONTEXT()
    return handles<Function>().find(handle) == nullptr ? CUDA_ERROR_INVALID_HANDLE : CUDA_SUCCESS;
}

// ---- launches ----------------------------------------------------------------------------------------------------------

GABOR_API int cuLaunchKernel(void* handle, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                             unsigned shared_bytes, void* stream_handle, void** arguments, void** extra) {
    GABOR_ENTER_CONTEXT()
    Function* function = handles<Function>().find(handle);
    Stream* stream = stream_of(*context, stream_handle);
    if (function == nullptr || stream == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    std::string name(function->kernel->name, function->kernel->name_length);
    uint64_t threads = static_cast<uint64_t>(bx) * by * bz;
    bool grid = gx >= 1 && gy >= 1 && gz >= 1 && gx <= 2147483647u && gy <= 65535 && gz <= 65535;
    bool block = threads >= 1 && bx <= 1024 && by <= 1024 && bz <= 64
            && threads <= static_cast<uint64_t>(function->entry.max_threads);
    if (!grid || !block) {
        return refuse(CUDA_ERROR_INVALID_VALUE,
                      format("kernel %s: a grid of (%u, %u, %u) blocks of (%u, %u, %u) threads is not possible; the "
                             "kernel allows %d threads",
                             name.c_str(), gx, gy, gz, bx, by, bz, function->entry.max_threads));
    }
    if (shared_bytes != 0 || extra != nullptr || (arguments == nullptr && function->kernel->parameter_count != 0)) {
        return refuse(CUDA_ERROR_INVALID_VALUE, "kernel " + name + ": the emulator has no dynamic shared memory and "
                                                "takes arguments through kernelParams only");
    }
    auto launch = std::make_shared<Launch>(function->kernel, Index3{gx, gy, gz}, Index3{bx, by, bz}, arguments);
    return enqueue(*context, *stream, [launch] { return launch->run(); });
}

// ---- streams -----------------------------------------------------------------------------------------------------------

static int create_stream(Context* context, void** result, unsigned flags) {
    auto stream = std::make_unique<Stream>();
    stream->context = context;
    stream->blocking = (flags & 1) == 0;  // CU_STREAM_NON_BLOCKING
    *result = stream.get();
    context->streams.push_back(std::move(stream));
    return CUDA_SUCCESS;
}

GABOR_API int cuStreamCreate(void** result, unsigned flags) {
    GABOR_ENTER_CONTEXT()
    return create_stream(context, result, flags);
}

GABOR_API int cuStreamCreateWithPriority(void** result, unsigned flags, int) {
    GABOR_ENTER_CONTEXT()
    return create_stream(context, result, flags);
}

GABOR_API int cuStreamDestroy_v2(void* handle) {
    GABOR_ENTER()
    int code = 0;
    Context* context = current_context(&code);
    if (context == nullptr) {
        return code;
    }
    for (size_t i = 0; i < context->streams.size(); i++) {
        if (context->streams[i].get() == handle) {
            finish(*context->streams[i]);
            context->streams.erase(context->streams.begin() + static_cast<long>(i));
            return context->broken.code;
        }
    }
    return CUDA_ERROR_INVALID_HANDLE;
}

#define GABOR_ENTER_STREAM(handle)                        \
    GABOR_ENTER_CONTEXT()                                 \
    Stream* stream = stream_of(*context, handle);         \
    if (stream == nullptr) {                              \
        return CUDA_ERROR_INVALID_HANDLE;                 \
    }

GABOR_API int cuStreamSynchronize(void* handle) {
    GABOR_ENTER_STREAM(handle)
    if (stream->capture != nullptr) {
        stream->capture_broken = true;
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    if (stream == &context->default_stream) {
        for (auto& other : context->streams) {
            if (other->blocking) {
                finish(*other);
            }
        }
    }
    return finish(*stream);
}

GABOR_API int cuStreamQuery(void* handle) {
    GABOR_ENTER_STREAM(handle)
    if (stream->capture != nullptr) {
        stream->capture_broken = true;
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    if (!stream->queue.empty()) {
        int code = finish(*stream);
        return code != 0 ? code : static_cast<int>(CUDA_ERROR_NOT_READY);  // ready when asked again
    }
    return CUDA_SUCCESS;
}

GABOR_API int cuStreamBeginCapture_v2(void* handle, int mode) {
    GABOR_ENTER_STREAM(handle)
    if (stream == &context->default_stream) {
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    if (stream->capture != nullptr) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    stream->capture = std::make_unique<Graph>();
    stream->capture->context = context;
    stream->capture_broken = false;
    stream->capture_mode = mode;
    return CUDA_SUCCESS;
}

GABOR_API int cuStreamEndCapture(void* handle, void** graph) {
    GABOR_ENTER_STREAM(handle)
    if (stream->capture == nullptr) {
        return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    }
    if (stream->capture_broken) {
        stream->capture.reset();
        *graph = nullptr;
        return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    }
    *graph = handles<Graph>().add(stream->capture.release());
    return CUDA_SUCCESS;
}

GABOR_API int cuStreamIsCapturing(void* handle, int* status) {
    GABOR_ENTER_STREAM(handle)
    *status = stream->capture == nullptr ? 0 : stream->capture_broken ? 2 : 1;
    return CUDA_SUCCESS;
}

GABOR_API int cuStreamGetFlags(void* handle, unsigned* flags) {
    GABOR_ENTER_STREAM(handle)
    *flags = stream->blocking ? 0 : 1;
    return CUDA_SUCCESS;
}

// ---- graphs ------------------------------------------------------------------------------------------------------------

GABOR_API int cuGraphInstantiateWithFlags(void** result, void* handle, unsigned long long) {
    GABOR_ENTER_CONTEXT()
    Graph* graph = handles<Graph>().find(handle);
    if (graph == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    *result = handles<GraphExec>().add(new GraphExec{context, std::make_shared<std::vector<Work>>(graph->nodes)});
    return CUDA_SUCCESS;
}

GABOR_API int cuGraphUpload(void* handle, void*) {
    GABOR_ENTER_CONTEXT()
    return handles<GraphExec>().find(handle) == nullptr ? CUDA_ERROR_INVALID_HANDLE : CUDA_SUCCESS;
}

GABOR_API int cuGraphLaunch(void* handle, void* stream_handle) {
    GABOR_ENTER_STREAM(stream_handle)
    GraphExec* exec = handles<GraphExec>().find(handle);
    if (exec == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    count_call("cuGraphLaunch");
    auto nodes = exec->nodes;
    return enqueue(*context, *stream, [nodes]() -> Failure {
        for (const Work& node : *nodes) {
            Failure failure = node();
            if (failure.happened()) {
                return failure;
            }
        }
        return {};
    });
}

GABOR_API int cuGraphGetNodes(void* handle, void**, size_t* count) {
    GABOR_ENTER_CONTEXT()
    Graph* graph = handles<Graph>().find(handle);
    if (graph == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    *count = graph->nodes.size();
    return CUDA_SUCCESS;
}

GABOR_API int cuGraphExecDestroy(void* handle) {
    GABOR_ENTER()
    GraphExec* exec = handles<GraphExec>().find(handle);
    if (exec == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    handles<GraphExec>().remove(exec);
    return CUDA_SUCCESS;
}

GABOR_API int cuGraphDestroy(void* handle) {
    GABOR_ENTER()
    Graph* graph = handles<Graph>().find(handle);
    if (graph == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    handles<Graph>().remove(graph);
    return CUDA_SUCCESS;
}

// ---- events ------------------------------------------------------------------------------------------------------------

static Event* event_of(Context& context, void* handle) {
    for (auto& event : context.events) {
        if (event.get() == handle) {
            return event.get();
        }
    }
    return nullptr;
}

#define GABOR_ENTER_EVENT(handle)                         \
    GABOR_ENTER_CONTEXT()                                 \
    Event* event = event_of(*context, handle);            \
    if (event == nullptr) {                               \
        return CUDA_ERROR_INVALID_HANDLE;                 \
    }

GABOR_API int cuEventCreate(void** result, unsigned flags) {
    GABOR_ENTER_CONTEXT()
    auto event = std::make_unique<Event>();
    event->context = context;
    event->timing = (flags & 2) == 0;  // CU_EVENT_DISABLE_TIMING
    *result = event.get();
    context->events.push_back(std::move(event));
    return CUDA_SUCCESS;
}

GABOR_API int cuEventDestroy_v2(void* handle) {
    GABOR_ENTER()
    int code = 0;
    Context* context = current_context(&code);
    if (context == nullptr) {
        return code;
    }
    for (size_t i = 0; i < context->events.size(); i++) {
        if (context->events[i].get() == handle) {
            context->events.erase(context->events.begin() + static_cast<long>(i));
            return CUDA_SUCCESS;
        }
    }
    return CUDA_ERROR_INVALID_HANDLE;
}

static int record_event(Context& context, Stream& stream, Event& event) {
    auto done = std::make_shared<bool>(false);
    auto time = std::make_shared<std::chrono::steady_clock::time_point>();
    int code = enqueue(context, stream, [done, time]() -> Failure {
        *done = true;
        *time = std::chrono::steady_clock::now();
        return {};
    });
    if (code == CUDA_SUCCESS) {
        event.done = done;
        event.time = time;
        event.stream = &stream;
        event.asked = false;
    }
    return code;
}

// With EXTERNAL, while a stream is captured: a node that records the event in every launch of the graph. Ask for its time
// only when the launch is done: until then an event that an earlier launch recorded still counts as reached.
GABOR_API int cuEventRecordWithFlags(void* handle, void* stream_handle, unsigned flags) {
    constexpr unsigned EXTERNAL = 1;
    GABOR_ENTER_EVENT(handle)
    Stream* stream = stream_of(*context, stream_handle);
    if (stream == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    if (flags > EXTERNAL || (flags == EXTERNAL && stream->capture == nullptr)) {
        return CUDA_ERROR_INVALID_VALUE;
    }
    return record_event(*context, *stream, *event);
}

GABOR_API int cuEventRecord(void* handle, void* stream_handle) {
    GABOR_ENTER_EVENT(handle)
    Stream* stream = stream_of(*context, stream_handle);
    if (stream == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    int code = record_event(*context, *stream, *event);
    if (stream->capture != nullptr) {
        event->done = nullptr;  // it marks a place in the graph, and no launch ever gives it a time
    }
    return code;
}

// Runs the stream that the event was recorded in, up to the event.
static int reach(Context& context, const Event& event) {
    while (event.done != nullptr && !*event.done && context.owns(event.stream) && !event.stream->queue.empty()) {
        Work work = std::move(event.stream->queue.front());
        event.stream->queue.pop_front();
        if (context.broken.happened()) {
            break;
        }
        Failure failure = work();
        if (failure.happened()) {
            context.broken = failure;
            report_error(failure.story);
        }
    }
    return context.broken.code;
}

GABOR_API int cuEventSynchronize(void* handle) {
    GABOR_ENTER_EVENT(handle)
    if (event->stream != nullptr && context->owns(event->stream) && event->stream->capture != nullptr) {
        return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    return reach(*context, *event);
}

GABOR_API int cuEventQuery(void* handle) {
    GABOR_ENTER_EVENT(handle)
    if (event->done == nullptr || *event->done) {
        return CUDA_SUCCESS;
    }
    if (!event->asked) {
        event->asked = true;
        return CUDA_ERROR_NOT_READY;
    }
    return reach(*context, *event);
}

GABOR_API int cuEventElapsedTime(float* milliseconds, void* start_handle, void* end_handle) {
    GABOR_ENTER_EVENT(end_handle)
    Event* start = event_of(*context, start_handle);
    if (start == nullptr || start->done == nullptr || event->done == nullptr || !start->timing || !event->timing) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    if (!*start->done || !*event->done) {
        return CUDA_ERROR_NOT_READY;
    }
    *milliseconds = std::chrono::duration<float, std::milli>(*event->time - *start->time).count();
    return CUDA_SUCCESS;
}

GABOR_API int cuStreamWaitEvent(void* handle, void* event_handle, unsigned) {
    GABOR_ENTER_EVENT(event_handle)
    Stream* stream = stream_of(*context, handle);
    if (stream == nullptr) {
        return CUDA_ERROR_INVALID_HANDLE;
    }
    if (stream->capture != nullptr || event->done == nullptr || event->stream == stream) {
        return stream->capture != nullptr && event->stream != stream ? CUDA_ERROR_NOT_SUPPORTED : CUDA_SUCCESS;
    }
    return reach(*context, *event);
}
