#include "launch.h"

#include <atomic>
#include <cstring>
#include <map>
#include <mutex>
#include <set>

#include "block.h"
#include "memory.h"
#include "options.h"
#include "report.h"
#include "workers.h"

namespace gabor {

namespace {

std::map<std::string, Kernel>& kernels() {
    static auto* all = new std::map<std::string, Kernel>;
    return *all;
}

// The bytes of the buffers that a kernel can write.
class Snapshot {
public:
    explicit Snapshot(const std::vector<uintptr_t>& starts) {
        for (uintptr_t start : starts) {
            buffers_.push_back(*buffer_holding(start, 0));
        }
    }

    void take() {
        bytes_.resize(buffers_.size());
        for (size_t i = 0; i < buffers_.size(); i++) {
            const char* from = reinterpret_cast<const char*>(buffers_[i].start);
            bytes_[i].assign(from, from + buffers_[i].bytes);
        }
    }

    void restore() const {
        for (size_t i = 0; i < buffers_.size(); i++) {
            std::memcpy(reinterpret_cast<void*>(buffers_[i].start), bytes_[i].data(), bytes_[i].size());
        }
    }

    // The first difference between memory and the snapshot, in words, or "".
    std::string difference() const {
        for (size_t i = 0; i < buffers_.size(); i++) {
            const char* now = reinterpret_cast<const char*>(buffers_[i].start);
            const char* then = bytes_[i].data();
            size_t count = buffers_[i].bytes;
            if (std::memcmp(now, then, count) == 0) {
                continue;
            }
            size_t at = 0;
            while (now[at] == then[at]) {
                at++;
            }
            at -= at % 4;
            uint32_t a = 0;
            uint32_t b = 0;
            std::memcpy(&a, then + at, count - at < 4 ? count - at : 4);
            std::memcpy(&b, now + at, count - at < 4 ? count - at : 4);
            float x;
            float y;
            std::memcpy(&x, &a, 4);
            std::memcpy(&y, &b, 4);
            return format("%s is 0x%08x (as a float %g) in one order and 0x%08x (%g) in another",
                          describe(buffers_[i].start + at).c_str(), a, static_cast<double>(x), b,
                          static_cast<double>(y));
        }
        return "";
    }

    std::string damage() const {
        for (const Buffer& buffer : buffers_) {
            uintptr_t address = 0;
            if (damaged_before(buffer, &address)) {
                repair_before(buffer);
                return describe(address);
            }
        }
        return "";
    }

private:
    std::vector<Buffer> buffers_;
    std::vector<std::vector<char>> bytes_;
};

// Adds what the pointers inside a buffer lead to: an optimizer is given a table of the parameters' addresses.
void follow(uintptr_t start, std::set<uintptr_t>* reached) {
    const Buffer* table = buffer_holding(start, 0);
    for (size_t i = 0; i + 8 <= table->bytes; i += 8) {
        uintptr_t value;
        std::memcpy(&value, reinterpret_cast<const void*>(table->start + i), 8);
        if (!in_arena(value)) {
            continue;
        }
        const Buffer* target = buffer_holding(value, 0);
        if (target != nullptr && reached->insert(target->start).second) {
            follow(target->start, reached);
        }
    }
}

}  // namespace

void add_kernel(const Kernel& kernel) { kernels()[std::string(kernel.name, kernel.name_length)] = kernel; }

const Kernel* find_kernel(const std::string& name) {
    auto found = kernels().find(name);
    return found == kernels().end() ? nullptr : &found->second;
}

Launch::Launch(const Kernel* kernel, Index3 grid, Index3 size, void** arguments)
    : kernel_(kernel), grid_(grid), size_(size) {
    for (int i = 0; i < kernel->parameter_count; i++) {
        const char* from = static_cast<const char*>(arguments[i]);
        values_.emplace_back(from, from + kernel->parameters[i].bytes);
    }
    for (auto& value : values_) {
        arguments_.push_back(value.data());
    }
}

std::string Launch::geometry() const {
    return format("kernel %s, grid (%u, %u, %u) of blocks (%u, %u, %u)", name().c_str(), grid_.x, grid_.y, grid_.z,
                  size_.x, size_.y, size_.z);
}

// Every pointer must lead into a live buffer, or be null. A GPU would only notice when it is used.
Failure Launch::check_pointers(std::vector<uintptr_t>* writable) const {
    std::set<uintptr_t> reached;
    for (int i = 0; i < kernel_->parameter_count; i++) {
        const Parameter& parameter = kernel_->parameters[i];
        uintptr_t value = 0;
        if (parameter.pointer) {
            std::memcpy(&value, arguments_[static_cast<size_t>(i)], sizeof value);
        }
        if (value == 0) {
            continue;
        }
        const Buffer* buffer = buffer_holding(value, 0);
        if (buffer == nullptr) {
            return {CUDA_ERROR_ILLEGAL_ADDRESS,
                    geometry() + format(": parameter %d is a pointer to ", i + 1) + describe(value)};
        }
        if (!parameter.pointee_const) {
            reached.insert(buffer->start);
        }
        if (parameter.pointee_bytes == 8 || parameter.pointee_bytes == 0) {
            follow(buffer->start, &reached);
        }
    }
    writable->assign(reached.begin(), reached.end());
    return {};
}

// Whether this launch is one of the first of its kernel, geometry and numbers (pointers do not count).
bool Launch::to_be_checked() {
    if (options().orders == 1) {
        return false;
    }
    if (options().checked < 0) {
        return true;
    }
    static auto* seen = new std::map<std::string, long>;
    std::string key = geometry();
    for (int i = 0; i < kernel_->parameter_count; i++) {
        if (!kernel_->parameters[i].pointer) {
            key.append(values_[static_cast<size_t>(i)].begin(), values_[static_cast<size_t>(i)].end());
        }
    }
    return ++(*seen)[key] <= options().checked;
}

Failure Launch::run() {
    static std::atomic<long> serial{0};
    std::vector<uintptr_t> writable;
    Failure failure = check_pointers(&writable);
    if (failure.happened()) {
        return failure;
    }
    count_launch(name());
    Job job{++serial, kernel_, name(), arguments_.data(), grid_, size_};
    Snapshot before(writable);
    bool check = to_be_checked();
    if (check) {
        before.take();
    }
    failure = run_blocks(job, Order::forward);
    if (!failure.happened() && check) {
        count_check();
        Snapshot first(writable);
        first.take();
        for (Order order : {Order::reverse, Order::shuffled}) {
            if (static_cast<int>(order) >= options().orders) {
                break;
            }
            before.restore();
            failure = run_blocks(job, order);
            if (failure.happened()) {
                return failure;
            }
            std::string difference = first.difference();
            if (!difference.empty()) {
                return {CUDA_ERROR_LAUNCH_FAILED,
                        geometry() + ": threads run in forward and in " + name_of(order)
                                + " order give different bits: a barrier is missing, or two threads write one element; "
                                + difference};
            }
        }
    }
    if (!failure.happened()) {
        std::string damage = before.damage();
        if (!damage.empty()) {
            return {CUDA_ERROR_ILLEGAL_ADDRESS, geometry() + ": somebody wrote " + damage};
        }
    }
    return failure;
}

}  // namespace gabor
