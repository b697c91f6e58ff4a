// The emulator's own tests, on the driver API: sound kernels compute what they should, and every broken one is found.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "failure.h"
#include "launch.h"
#include "memory.h"
#include "options.h"

extern "C" {
int cuInit(unsigned);
int cuDevicePrimaryCtxRetain(void**, int);
int cuDevicePrimaryCtxRelease_v2(int);
int cuCtxSetCurrent(void*);
int cuCtxSynchronize();
int cuDeviceGetAttribute(int*, int, int);
int cuModuleLoadData(void**, const void*);
int cuModuleUnload(void*);
int cuModuleGetFunction(void**, void*, const char*);
int cuMemAlloc_v2(uintptr_t*, size_t);
int cuMemFree_v2(uintptr_t);
int cuMemGetInfo_v2(size_t*, size_t*);
int cuMemAllocHost_v2(void**, size_t);
int cuMemFreeHost(void*);
int cuMemcpyHtoD_v2(uintptr_t, const void*, size_t);
int cuMemcpyDtoH_v2(void*, uintptr_t, size_t);
int cuMemcpyHtoDAsync_v2(uintptr_t, const void*, size_t, void*);
int cuMemcpyDtoHAsync_v2(void*, uintptr_t, size_t, void*);
int cuMemsetD32Async(uintptr_t, unsigned, size_t, void*);
int cuStreamCreate(void**, unsigned);
int cuStreamDestroy_v2(void*);
int cuStreamSynchronize(void*);
int cuStreamBeginCapture_v2(void*, int);
int cuStreamEndCapture(void*, void**);
int cuStreamIsCapturing(void*, int*);
int cuGraphInstantiateWithFlags(void**, void*, unsigned long long);
int cuGraphLaunch(void*, void*);
int cuGraphExecDestroy(void*);
int cuGraphDestroy(void*);
int cuEventCreate(void**, unsigned);
int cuEventRecord(void*, void*);
int cuEventSynchronize(void*);
int cuEventQuery(void*);
int cuEventElapsedTime(float*, void*, void*);
int cuEventDestroy_v2(void*);
int cuLaunchKernel(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
const char* gabor_emu_last_report();
}

namespace {

int failures = 0;
int checks = 0;
const char* test_name = "";

void check(bool good, const char* text, int line) {
    checks++;
    if (!good) {
        failures++;
        printf("FAILED %s, line %d: %s\n", test_name, line, text);
    }
}
#define CHECK(condition) check(condition, #condition, __LINE__)

// The PTX of a kernel that computes nothing: what runs is the library's kernel of this name.
std::string ptx_of(const std::string& name) {
    const gabor::Kernel* kernel = gabor::find_kernel(name);
    std::string text = ".version 6.4\n.target sm_75\n.address_size 64\n\n.visible .entry " + name + "(\n";
    for (int i = 0; i < kernel->parameter_count; i++) {
        const gabor::Parameter& p = kernel->parameters[i];
        text += std::string(i == 0 ? "" : ",\n") + "\t.param ." + (p.floating ? "f" : "u") + std::to_string(8 * p.bytes)
                + " " + name + "_param_" + std::to_string(i);
    }
    return text + "\n)\n{\n\tret;\n}\n";
}

// A context of its own for each test: an error breaks it.
struct Gpu {
    void* context = nullptr;
    std::vector<void*> modules;

    Gpu() {
        cuInit(0);
        cuDevicePrimaryCtxRetain(&context, 0);
        cuCtxSetCurrent(context);
    }
    ~Gpu() { cuDevicePrimaryCtxRelease_v2(0); }

    void* function(const std::string& name) {
        void* module = nullptr;
        void* result = nullptr;
        std::string ptx = ptx_of(name);
        CHECK(cuModuleLoadData(&module, ptx.c_str()) == 0);
        CHECK(cuModuleGetFunction(&result, module, name.c_str()) == 0);
        return result;
    }

    template <typename... A>
    int launch(const std::string& name, gabor::Index3 grid, gabor::Index3 block, A... arguments) {
        return launch_on(nullptr, name, grid, block, arguments...);
    }

    template <typename... A>
    int launch_on(void* stream, const std::string& name, gabor::Index3 grid, gabor::Index3 block, A... arguments) {
        void* pointers[] = {&arguments..., nullptr};
        return cuLaunchKernel(function(name), grid.x, grid.y, grid.z, block.x, block.y, block.z, 0, stream, pointers,
                              nullptr);
    }
};

template <typename T>
uintptr_t upload(const std::vector<T>& values) {
    uintptr_t device = 0;
    CHECK(cuMemAlloc_v2(&device, values.size() * sizeof(T)) == 0);
    CHECK(cuMemcpyHtoD_v2(device, values.data(), values.size() * sizeof(T)) == 0);
    return device;
}

uintptr_t fresh(size_t floats) {
    uintptr_t device = 0;
    CHECK(cuMemAlloc_v2(&device, 4 * floats) == 0);
    return device;
}

template <typename T>
std::vector<T> download(uintptr_t device, size_t count) {
    std::vector<T> values(count);
    CHECK(cuMemcpyDtoH_v2(values.data(), device, count * sizeof(T)) == 0);
    return values;
}

std::vector<float> ramp(size_t count) {
    std::vector<float> values(count);
    for (size_t i = 0; i < count; i++) {
        values[i] = static_cast<float>(i % 17) * 0.25f - 1.5f;
    }
    return values;
}

bool report_has(const std::string& part) {
    bool has = std::string(gabor_emu_last_report()).find(part) != std::string::npos;
    if (!has) {
        printf("  the report is: %s\n", gabor_emu_last_report());
    }
    return has;
}

uint32_t bits(float x) {
    uint32_t b;
    std::memcpy(&b, &x, 4);
    return b;
}

// ---- sound kernels -----------------------------------------------------------------------------------------------------

void axpy() {
    Gpu gpu;
    for (size_t n : {1, 31, 255, 1000}) {
        uintptr_t x = upload(ramp(n));
        uintptr_t y = upload(std::vector<float>(n, 1.0f));
        CHECK(gpu.launch("gabor_sound_axpy", {3, 1, 1}, {256, 1, 1}, static_cast<int>(n), 2.0f, x, y) == 0);
        std::vector<float> got = download<float>(y, n);
        bool equal = true;
        for (size_t i = 0; i < n; i++) {
            equal = equal && got[i] == 2.0f * ramp(n)[i] + 1.0f;
        }
        CHECK(equal);
        cuMemFree_v2(x);
        cuMemFree_v2(y);
    }
}

void sums() {
    Gpu gpu;
    uintptr_t x = upload(ramp(700));
    uintptr_t y = fresh(3);
    CHECK(gpu.launch("gabor_sound_sum", {3, 1, 1}, {256, 1, 1}, 700, x, y) == 0);
    std::vector<float> got = download<float>(y, 3);
    std::vector<float> values = ramp(700);
    for (size_t b = 0; b < 3; b++) {
        double sum = 0;
        for (size_t i = 256 * b; i < 700 && i < 256 * (b + 1); i++) {
            sum += values[i];
        }
        CHECK(std::fabs(got[b] - sum) < 1e-4);
    }
    cuMemFree_v2(x);
    cuMemFree_v2(y);
}

void places() {
    Gpu gpu;
    uintptr_t out = fresh(2 * 3 * 2 * 3 * 4 * 5);
    CHECK(gpu.launch("gabor_sound_places", {2, 3, 2}, {3, 4, 5}, out) == 0);
    std::vector<int> got = download<int>(out, 720);
    size_t at = 0;
    bool equal = true;
    for (int bz = 0; bz < 2; bz++) for (int by = 0; by < 3; by++) for (int bx = 0; bx < 2; bx++)
    for (int z = 0; z < 5; z++) for (int y = 0; y < 4; y++) for (int x = 0; x < 3; x++) {
        equal = equal && got[at++] == x + 10 * y + 100 * z + 1000 * bx + 10000 * by + 100000 * bz;
    }
    CHECK(equal);
    cuMemFree_v2(out);
}

void transpose() {
    Gpu gpu;
    uintptr_t x = upload(ramp(64 * 64));
    uintptr_t y = fresh(64 * 64);
    CHECK(gpu.launch("gabor_sound_transpose", {4, 1, 1}, {16, 16, 1}, 64, x, y) == 0);
    std::vector<float> got = download<float>(y, 64 * 64);
    std::vector<float> values = ramp(64 * 64);
    bool equal = true;
    for (size_t i = 0; i < 64; i++) {
        for (size_t j = 0; j < 64; j++) {
            equal = equal && got[i * 64 + j] == values[j * 64 + i];
        }
    }
    CHECK(equal);
    cuMemFree_v2(x);
    cuMemFree_v2(y);
}

void warps() {
    Gpu gpu;
    const int threads = 48;
    uintptr_t out = fresh(8 * threads);
    CHECK(gpu.launch("gabor_sound_warp", {1, 1, 1}, {threads, 1, 1}, out) == 0);
    std::vector<int> got = download<int>(out, 8 * threads);
    for (int t = 0; t < threads; t++) {
        int lane = t % 32;
        int warp = t - lane;
        int lanes = warp == 0 ? 32 : 16;
        const int* mine = &got[static_cast<size_t>(8 * t)];
        CHECK(mine[0] == warp + 3);
        CHECK(mine[1] == (lane == 0 ? t : t - 1));
        CHECK(mine[2] == (lane % 8 == 7 ? t : t + 1));
        int ballot = 0;
        for (int l = 0; l < lanes; l += 3) {
            ballot |= static_cast<int>(1u << l);
        }
        CHECK(mine[3] == ballot);
        CHECK(mine[4] == 1);
        CHECK(mine[5] == 0);
        CHECK(mine[6] == 2 * (t ^ 1) + 1);
    }
    cuMemFree_v2(out);
}

void atomics_and_bytes() {
    Gpu gpu;
    std::vector<unsigned char> bytes(1001);
    int expected = 0;
    for (size_t i = 0; i < bytes.size(); i++) {
        bytes[i] = static_cast<unsigned char>(i * 37);
        expected += bytes[i] >= 128;
    }
    uintptr_t x = upload(bytes);
    uintptr_t count = upload(std::vector<int>{0});
    CHECK(gpu.launch("gabor_sound_count", {8, 1, 1}, {128, 1, 1}, 1001, x, count) == 0);
    CHECK(download<int>(count, 1)[0] == expected);
    cuMemFree_v2(x);
    cuMemFree_v2(count);
}

void vectors() {
    Gpu gpu;
    // 6 floats end at a page; they start at no multiple of 16 here, but would on a GPU
    for (size_t n : {6, 8, 13}) {
        uintptr_t x = upload(ramp(n));
        uintptr_t y = fresh(n);
        CHECK(gpu.launch("gabor_sound_vectors", {1, 1, 1}, {4, 1, 1}, static_cast<int>(n), x, y) == 0);
        std::vector<float> got = download<float>(y, n);
        CHECK(got[0] == ramp(n)[3] && got[3] == ramp(n)[0]);
        CHECK(n % 4 == 0 || got[n - 1] == -ramp(n)[n - 1]);
        cuMemFree_v2(x);
        cuMemFree_v2(y);
    }
}

// The tensors are found through the table: run in three orders, each is scaled once.
void tables() {
    Gpu gpu;
    uintptr_t a = upload(std::vector<float>(5, 1.0f));
    uintptr_t b = upload(std::vector<float>(300, 2.0f));
    uintptr_t sizes = upload(std::vector<int>{5, 300});
    uintptr_t table = upload(std::vector<uintptr_t>{a, b});
    CHECK(gpu.launch("gabor_sound_table", {2, 1, 1}, {64, 1, 1}, sizes, table, 3.0) == 0);
    CHECK(download<float>(a, 5)[4] == 3.0f);
    CHECK(download<float>(b, 300)[299] == 6.0f);
    for (uintptr_t each : {a, b, sizes, table}) {
        cuMemFree_v2(each);
    }
}

void activations() {
    Gpu gpu;
    std::vector<float> in = {-2.0f, -0.0f, 0.5f, NAN};
    uintptr_t x = upload(in);
    uintptr_t y = fresh(4);
    uintptr_t d = fresh(4);
    for (int kind = 0; kind < 5; kind++) {
        CHECK(gpu.launch("gabor_sound_activation", {1, 1, 1}, {4, 1, 1}, kind, 0.25f, 4, x, y, d) == 0);
        std::vector<float> got = download<float>(y, 4);
        std::vector<float> slope = download<float>(d, 4);
        const float values[5][3] = {{-2, 0, 0.5f}, {0, 0, 0.5f}, {-0.5f, 0, 0.5f},
                                    {1 / (1 + std::exp(2.0f)), 0.5f, 1 / (1 + std::exp(-0.5f))},
                                    {std::tanh(-2.0f), 0, std::tanh(0.5f)}};
        for (size_t i = 0; i < 3; i++) {
            CHECK(std::fabs(got[i] - values[kind][i]) < 1e-6f);
        }
        CHECK(std::isnan(got[3]));
        CHECK(kind != 1 || (slope[0] == 0 && slope[1] == 0 && slope[2] == 1));
        CHECK(kind != 2 || (slope[0] == 0.25f && slope[1] == 0.25f && slope[2] == 1));
    }
    for (uintptr_t each : {x, y, d}) {
        cuMemFree_v2(each);
    }
}

// ---- broken kernels: each must be found --------------------------------------------------------------------------------

void finds_missing_barriers() {
    {
        Gpu gpu;
        CHECK(gpu.launch("gabor_broken_no_barrier", {1, 1, 1}, {64, 1, 1}, upload(ramp(64)), fresh(64)) == 0);
        CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_LAUNCH_FAILED);
        CHECK(report_has("a barrier is missing"));
        CHECK(report_has("gabor_broken_no_barrier"));
    }
    Gpu gpu;
    CHECK(gpu.launch("gabor_broken_second_barrier", {1, 1, 1}, {64, 1, 1}, 3, upload(ramp(64)), fresh(64)) == 0);
    CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_LAUNCH_FAILED);
    CHECK(report_has("a barrier is missing"));
}

void finds_races_between_blocks_and_unordered_sums() {
    {
        Gpu gpu;
        CHECK(gpu.launch("gabor_broken_blocks_race", {8, 1, 1}, {32, 1, 1}, fresh(1)) == 0);
        CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_LAUNCH_FAILED);
        CHECK(report_has("different bits"));
    }
    Gpu gpu;
    std::vector<float> x = ramp(64);
    x[7] = 1e8f;
    CHECK(gpu.launch("gabor_broken_unordered_sum", {1, 1, 1}, {64, 1, 1}, upload(x), upload(std::vector<float>{0})) == 0);
    CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_LAUNCH_FAILED);
    CHECK(report_has("different bits"));
}

void finds_barriers_not_reached() {
    Gpu gpu;
    CHECK(gpu.launch("gabor_broken_barrier_in_branch", {2, 1, 1}, {64, 1, 1}, fresh(64)) == 0);
    CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_LAUNCH_FAILED);
    CHECK(report_has("32 of 64 threads wait at __syncthreads()"));
    CHECK(report_has("kernel gabor_broken_barrier_in_branch, block ("));
    // the context stays broken
    uintptr_t more = 0;
    CHECK(cuMemAlloc_v2(&more, 4) == gabor::CUDA_ERROR_LAUNCH_FAILED);
}

void finds_divergent_shuffles_and_masks() {
    {
        Gpu gpu;
        CHECK(gpu.launch("gabor_broken_shuffle_in_branch", {1, 1, 1}, {64, 1, 1}, fresh(64)) == 0);
        CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_LAUNCH_FAILED);
        CHECK(report_has("16 of the 32 lanes of a warp wait at __shfl_xor_sync"));
    }
    Gpu gpu;
    CHECK(gpu.launch("gabor_broken_mask", {1, 1, 1}, {32, 1, 1}, fresh(32)) == 0);
    CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_LAUNCH_FAILED);
    CHECK(report_has("the mask 0x0000ffff"));
}

void finds_reads_out_of_bounds() {
    Gpu gpu;
    CHECK(gpu.launch("gabor_broken_read", {1, 1, 1}, {32, 1, 1}, 100, upload(ramp(100)), fresh(100)) == 0);
    CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_ILLEGAL_ADDRESS);
    CHECK(report_has("kernel gabor_broken_read, block (0, 0, 0), thread (3, 0, 0): reads byte 400, beyond the end of buffer #"));
    CHECK(report_has("of 400 bytes"));
}

void finds_writes_out_of_bounds() {
    for (int distance : {1, 1000, -1, -1025}) {
        Gpu gpu;
        CHECK(gpu.launch("gabor_broken_write", {1, 1, 1}, {32, 1, 1}, distance, 10, fresh(10)) == 0);
        CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_ILLEGAL_ADDRESS);
        CHECK(report_has("gabor_broken_write"));
        CHECK(report_has(distance > 0 ? "beyond the end of buffer #" : "bytes before the start of buffer #"));
        CHECK(distance == -1 || report_has("thread (3, 0, 0): writes"));
    }
}

void finds_freed_memory() {
    {
        Gpu gpu;
        uintptr_t y = fresh(8);
        CHECK(cuMemFree_v2(y) == 0);
        CHECK(cuMemFree_v2(y) == gabor::CUDA_ERROR_INVALID_VALUE);
        CHECK(gpu.launch("gabor_broken_not_written", {1, 1, 1}, {32, 1, 1}, 8, y) == 0);
        CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_ILLEGAL_ADDRESS);
        CHECK(report_has("which was freed"));
    }
    Gpu gpu;
    uintptr_t x = fresh(32);
    uintptr_t table = upload(std::vector<uintptr_t>{x});
    uintptr_t y = fresh(32);
    cuMemFree_v2(x);
    CHECK(gpu.launch("gabor_broken_table", {1, 1, 1}, {32, 1, 1}, table, y) == 0);
    CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_ILLEGAL_ADDRESS);
    CHECK(report_has("reads byte 0 of buffer #"));
    CHECK(report_has("which was freed"));
}

void finds_host_pointers() {
    Gpu gpu;
    std::vector<float> host(8);
    CHECK(gpu.launch("gabor_broken_not_written", {1, 1, 1}, {32, 1, 1}, 8, host.data()) == 0);
    CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_ILLEGAL_ADDRESS);
    CHECK(report_has("which is not device memory"));
}

void finds_shared_memory_out_of_bounds() {
    for (int at : {48, 1000, -1}) {
        Gpu gpu;
        CHECK(gpu.launch("gabor_broken_shared", {1, 1, 1}, {32, 1, 1}, at, fresh(32)) == 0);
        CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_ILLEGAL_ADDRESS);
        CHECK(report_has("the shared array tile"));
    }
}

void fresh_memory_is_nan() {
    Gpu gpu;
    uintptr_t y = fresh(64);
    CHECK(bits(download<float>(y, 64)[63]) == gabor::POISON);
    CHECK(gpu.launch("gabor_broken_not_written", {1, 1, 1}, {32, 1, 1}, 64, y) == 0);
    std::vector<float> got = download<float>(y, 64);
    CHECK(got[62] == 0 && bits(got[63]) == gabor::POISON);
    CHECK(gpu.launch("gabor_broken_shared_not_written", {1, 1, 1}, {64, 1, 1}, y) == 0);
    got = download<float>(y, 64);
    CHECK(got[62] == 1 && std::isnan(got[63]));
    // and again for every block, not only for the first
    CHECK(gpu.launch("gabor_broken_shared_not_written", {1, 1, 1}, {64, 1, 1}, y) == 0);
    CHECK(std::isnan(download<float>(y, 64)[1]));
    cuMemFree_v2(y);
}

void finds_misaligned_vectors() {
    for (size_t n : {8, 9}) {  // 8 floats start at a multiple of 16, 9 do not, and x + 1 is neither on a GPU
        Gpu gpu;
        CHECK(gpu.launch("gabor_broken_vector", {1, 1, 1}, {1, 1, 1}, upload(ramp(n)), fresh(1)) == 0);
        CHECK(cuCtxSynchronize() == gabor::CUDA_ERROR_MISALIGNED_ADDRESS);
        CHECK(report_has("a vector of 16 bytes at byte 4 of buffer #"));
    }
}

void finds_too_much_stack() {
    Gpu gpu;
    CHECK(gpu.launch("gabor_broken_stack", {1, 1, 1}, {1, 1, 1}, 60000, fresh(1)) == 0);
    CHECK(cuCtxSynchronize() != 0);
    CHECK(report_has("gabor_broken_stack"));
}

// ---- the driver --------------------------------------------------------------------------------------------------------

void queued_work_is_late() {
    Gpu gpu;
    void* stream = nullptr;
    CHECK(cuStreamCreate(&stream, 1) == 0);
    void* host = nullptr;
    CHECK(cuMemAllocHost_v2(&host, 16) == 0);
    uintptr_t y = fresh(4);
    float* values = static_cast<float*>(host);
    values[0] = 5;
    CHECK(cuMemcpyHtoDAsync_v2(y, host, 16, stream) == 0);
    values[0] = 6;  // too early: the copy has not been done
    CHECK(cuStreamSynchronize(stream) == 0);
    CHECK(download<float>(y, 4)[0] == 6);
    CHECK(cuMemsetD32Async(y, 0, 4, stream) == 0);
    CHECK(cuMemcpyDtoHAsync_v2(host, y, 16, stream) == 0);
    CHECK(values[0] == 6);
    void* event = nullptr;
    CHECK(cuEventCreate(&event, 0) == 0);
    CHECK(cuEventRecord(event, stream) == 0);
    CHECK(cuEventQuery(event) == gabor::CUDA_ERROR_NOT_READY);
    CHECK(cuEventQuery(event) == 0);
    CHECK(values[0] == 0);
    CHECK(cuEventDestroy_v2(event) == 0);
    CHECK(cuMemFreeHost(host) == 0);
    CHECK(cuMemFree_v2(y) == 0);
    CHECK(cuStreamDestroy_v2(stream) == 0);
}

void graphs() {
    Gpu gpu;
    void* stream = nullptr;
    void* graph = nullptr;
    void* exec = nullptr;
    CHECK(cuStreamCreate(&stream, 1) == 0);
    uintptr_t x = upload(std::vector<float>(10, 1.0f));
    uintptr_t y = upload(std::vector<float>(10, 0.0f));
    int state = 0;
    CHECK(cuStreamBeginCapture_v2(stream, 1) == 0);
    CHECK(cuStreamIsCapturing(stream, &state) == 0 && state == 1);
    CHECK(gpu.launch_on(stream, "gabor_sound_axpy", {1, 1, 1}, {32, 1, 1}, 10, 2.0f, x, y) == 0);
    CHECK(cuStreamEndCapture(stream, &graph) == 0);
    CHECK(cuGraphInstantiateWithFlags(&exec, graph, 0) == 0);
    CHECK(cuGraphDestroy(graph) == 0);
    CHECK(cuStreamSynchronize(stream) == 0);
    CHECK(download<float>(y, 10)[9] == 0);
    for (int i = 0; i < 3; i++) {
        CHECK(cuGraphLaunch(exec, stream) == 0);
    }
    CHECK(cuStreamSynchronize(stream) == 0);
    CHECK(download<float>(y, 10)[9] == 6);
    CHECK(cuGraphExecDestroy(exec) == 0);
    CHECK(cuGraphLaunch(exec, stream) == gabor::CUDA_ERROR_INVALID_HANDLE);

    // waiting is not allowed inside, and breaks the capture
    CHECK(cuStreamBeginCapture_v2(stream, 1) == 0);
    CHECK(cuStreamSynchronize(stream) == gabor::CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    CHECK(cuStreamEndCapture(stream, &graph) == gabor::CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    CHECK(cuMemFree_v2(x) == 0);
    CHECK(cuMemFree_v2(y) == 0);
    CHECK(cuStreamDestroy_v2(stream) == 0);
}

void modules() {
    Gpu gpu;
    void* module = nullptr;
    std::string good = ptx_of("gabor_sound_sum");
    CHECK(cuModuleLoadData(&module, good.c_str()) == 0);
    void* function = nullptr;
    CHECK(cuModuleGetFunction(&function, module, "gabor_sound_axpy") == gabor::CUDA_ERROR_NOT_FOUND);
    CHECK(cuModuleUnload(module) == 0);
    CHECK(cuModuleUnload(module) == gabor::CUDA_ERROR_INVALID_HANDLE);
    auto with = [&](const std::string& from, const std::string& to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        return cuModuleLoadData(&module, text.c_str());
    };
    CHECK(with("}\n", "") == gabor::CUDA_ERROR_INVALID_PTX);
    CHECK(with("ret;", "\x01\x02;") == gabor::CUDA_ERROR_INVALID_PTX);
    CHECK(with("ret;", "#et;") == gabor::CUDA_ERROR_INVALID_PTX);
    CHECK(with(".version", ".vrsion") == gabor::CUDA_ERROR_INVALID_PTX);
    CHECK(with("u32", "f32") == gabor::CUDA_ERROR_INVALID_PTX);
    CHECK(with("6.4", "99.0") == gabor::CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
    CHECK(with("sm_75", "sm_120") == gabor::CUDA_ERROR_NO_BINARY_FOR_GPU);
    CHECK(cuModuleLoadData(&module, "\x7f" "ELF") == gabor::CUDA_ERROR_INVALID_PTX);
}

void memory_is_counted() {
    Gpu gpu;
    size_t before = 0;
    size_t after = 0;
    size_t total = 0;
    CHECK(cuMemGetInfo_v2(&before, &total) == 0);
    uintptr_t y = fresh(1000);
    CHECK(cuMemGetInfo_v2(&after, &total) == 0);
    CHECK(before - after == 4000);
    uintptr_t more = 0;
    CHECK(cuMemAlloc_v2(&more, total) == gabor::CUDA_ERROR_OUT_OF_MEMORY);
    CHECK(cuMemcpyHtoD_v2(y, &more, 4001) == gabor::CUDA_ERROR_INVALID_VALUE);
    int live = 0;
    CHECK(cuDeviceGetAttribute(&live, 0x6AB0000, 0) == 0 && live == 1);
    CHECK(cuMemFree_v2(y) == 0);
    CHECK(cuDeviceGetAttribute(&live, 0x6AB0000, 0) == 0 && live == 0);
}

// Each live buffer is a mapping of its own, and a process may have only 65,530; a freed one must not remain one.
void buffers_come_and_go() {
    Gpu gpu;
    int failed = 0;
    for (int i = 0; i < 70000; i++) {
        uintptr_t y = 0;
        failed += cuMemAlloc_v2(&y, 4) != 0;
        failed += cuMemFree_v2(y) != 0;
    }
    CHECK(failed == 0);
}

void finds_leaks() {
    int before = 0;
    int after = 0;
    {
        Gpu gpu;
        cuDeviceGetAttribute(&before, 0x6AB0003, 0);
        fresh(25);
    }
    cuDeviceGetAttribute(&after, 0x6AB0003, 0);
    CHECK(after == before + 1);
    CHECK(report_has("1 buffers of 100 bytes were not freed"));
}

}  // namespace

int main() {
    struct Test {
        const char* name;
        void (*run)();
    };
    const Test all[] = {{"axpy", axpy}, {"sums", sums}, {"places", places}, {"transpose", transpose}, {"warps", warps},
                        {"atomics and bytes", atomics_and_bytes}, {"vectors", vectors}, {"tables", tables},
                        {"activations", activations}, {"finds missing barriers", finds_missing_barriers},
                        {"finds races between blocks and unordered sums", finds_races_between_blocks_and_unordered_sums},
                        {"finds barriers not reached", finds_barriers_not_reached},
                        {"finds divergent shuffles and masks", finds_divergent_shuffles_and_masks},
                        {"finds reads out of bounds", finds_reads_out_of_bounds},
                        {"finds writes out of bounds", finds_writes_out_of_bounds},
                        {"finds freed memory", finds_freed_memory}, {"finds host pointers", finds_host_pointers},
                        {"finds shared memory out of bounds", finds_shared_memory_out_of_bounds},
                        {"fresh memory is NaN", fresh_memory_is_nan},
                        {"finds misaligned vectors", finds_misaligned_vectors},
                        {"finds too much stack", finds_too_much_stack}, {"queued work is late", queued_work_is_late},
                        {"graphs", graphs}, {"modules", modules}, {"memory is counted", memory_is_counted},
                        {"buffers come and go", buffers_come_and_go}, {"finds leaks", finds_leaks}};
    for (const Test& test : all) {
        test_name = test.name;
        int before = failures;
        test.run();
        printf("%-6s %s\n", failures == before ? "ok" : "FAILED", test.name);
        fflush(stdout);
    }
    printf("%d checks, %d failed\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
