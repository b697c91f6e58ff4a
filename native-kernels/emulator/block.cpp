#include "block.h"

#include <algorithm>
#include <cstring>

#include "memory.h"
#include "report.h"

namespace gabor {

__thread Thread* current = nullptr;
__thread BlockRunner* runner = nullptr;

namespace {

// A fixed shuffle: the same in every run.
void shuffle(int* values, int count) {
    uint32_t state = 0x9e3779b9u;
    for (int i = count - 1; i > 0; i--) {
        state = state * 1664525u + 1013904223u;
        std::swap(values[i], values[static_cast<int>((state >> 8) % static_cast<uint32_t>(i + 1))]);
    }
}

void arrange_order(int* values, int count, Order order) {
    for (int i = 0; i < count; i++) {
        values[i] = order == Order::reverse ? count - 1 - i : i;
    }
    if (order == Order::shuffled) {
        shuffle(values, count);
    }
}

unsigned low_bits(int count) { return count == 32 ? 0xffffffffu : (1u << count) - 1; }

}  // namespace

const char* name_of(Order order) {
    return order == Order::forward ? "forward" : order == Order::reverse ? "reverse" : "shuffled";
}

BlockRunner::BlockRunner() { arrange_order(lane_order_, 32, order_); }

void BlockRunner::arrange(const Job& job, Index3 index, Order order) {
    int threads = static_cast<int>(job.size.x * job.size.y * job.size.z);
    bool same = serial_ == job.serial && order_ == order;
    serial_ = job.serial;
    job_ = &job;
    block_.index = index;
    block_.size = job.size;
    block_.grid = job.grid;
    warp_count_ = (threads + 31) / 32;
    if (!same) {
        order_ = order;
        fibres_.resize(static_cast<size_t>(warp_count_) * 32);
        warps_.resize(static_cast<size_t>(warp_count_));
        warp_order_.resize(static_cast<size_t>(warp_count_));
        arrange_order(warp_order_.data(), warp_count_, order);
        arrange_order(lane_order_, 32, order);
        for (int t = 0; t < threads; t++) {
            unsigned u = static_cast<unsigned>(t);
            Fibre& fibre = fibres_[u];
            fibre.thread = {{u % job.size.x, u / job.size.x % job.size.y, u / job.size.x / job.size.y}, t % 32, &block_};
        }
    }
    for (int t = 0; t < threads; t++) {
        fibres_[static_cast<size_t>(t)].started = false;
    }
    for (int w = 0; w < warp_count_; w++) {
        Warp& warp = warps_[static_cast<size_t>(w)];
        warp.lanes = std::min(32, threads - 32 * w);
        warp.waiting = warp.at_barrier = warp.ended = warp.half = 0;
        warp.runnable = low_bits(32);
        if (warp.lanes < 32) {
            for (int j = 0; j < 32; j++) {
                if (lane_order_[j] >= warp.lanes) {
                    warp.runnable &= ~(1u << j);
                }
            }
            for (auto& half : warp.values) {
                poison(half, sizeof half);
            }
        }
    }
    warp_at_ = 0;
}

void BlockRunner::run(const Job& job, Index3 index, Order order) {
    arrange(job, index, order);
    shared.new_block();
    running = true;
    Fibre* first = pick();
    first->started = true;
    first->stack = stacks.take();
    current_ = first;
    current = &first->thread;
    gabor_fibre_switch(&outside_, fibre_start(first->stack, &BlockRunner::enter));
    running = false;
    current = nullptr;
    std::string damage = shared.damage();
    if (!damage.empty()) {
        fail(CUDA_ERROR_ILLEGAL_ADDRESS, damage);
    }
}

void BlockRunner::enter() { runner->run_threads(); }

// The body of a fibre. A thread that ends leaves its stack to the next one that has not started: a kernel without
// barriers switches stacks only twice for a whole block.
void BlockRunner::run_threads() {
    while (true) {
        job_->kernel->call(job_->kernel->function, job_->arguments);
        Fibre* ended = current_;
        warps_[static_cast<size_t>(ended - fibres_.data()) / 32].ended++;
        Fibre* following = pick();
        if (following != nullptr && !following->started) {
            following->started = true;
            following->stack = ended->stack;
            current_ = following;
            current = &following->thread;
            continue;
        }
        stacks.give(ended->stack);
        if (following == nullptr) {
            gabor_fibre_switch(&nowhere_, outside_);
        } else {
            current_ = following;
            current = &following->thread;
            gabor_fibre_switch(&nowhere_, following->sp);
        }
    }
}

// The thread to run next, which is no longer marked as runnable; nullptr when all have ended.
BlockRunner::Fibre* BlockRunner::pick() {
    while (true) {
        for (; warp_at_ < warp_count_; warp_at_++) {
            int w = warp_order_[static_cast<size_t>(warp_at_)];
            Warp& warp = warps_[static_cast<size_t>(w)];
            if (warp.runnable != 0) {
                int position = __builtin_ctz(warp.runnable);
                warp.runnable &= warp.runnable - 1;
                return &fibres_[static_cast<size_t>(32 * w + lane_order_[position])];
            }
            if (warp.waiting != 0) {
                current = nullptr;  // no single thread is to blame
                fail(CUDA_ERROR_LAUNCH_FAILED, lanes_elsewhere(warp));
            }
        }
        int ended = 0;
        int waiting = 0;
        for (int w = 0; w < warp_count_; w++) {
            ended += warps_[static_cast<size_t>(w)].ended;
            waiting += warps_[static_cast<size_t>(w)].at_barrier;
        }
        if (waiting == 0) {
            return nullptr;
        }
        if (ended != 0) {
            current = nullptr;
            fail(CUDA_ERROR_LAUNCH_FAILED,
                 format("%d of %d threads wait at __syncthreads(), which the others never reach: they have ended",
                        waiting, waiting + ended));
        }
        for (int w = 0; w < warp_count_; w++) {
            Warp& warp = warps_[static_cast<size_t>(w)];
            warp.at_barrier = 0;
            warp.runnable = low_bits(32);
            for (int j = 0; warp.lanes < 32 && j < 32; j++) {
                if (lane_order_[j] >= warp.lanes) {
                    warp.runnable &= ~(1u << j);
                }
            }
        }
        warp_at_ = 0;
    }
}

std::string BlockRunner::lanes_elsewhere(const Warp& warp) const {
    return format("%d of the %d lanes of a warp wait at %s, which the others never reach: %d wait at __syncthreads(), "
                  "%d have ended",
                  warp.waiting, warp.lanes, warp.what, warp.at_barrier, warp.ended);
}

// Lets other threads run until this one may go on.
void BlockRunner::next() {
    Fibre* self = current_;
    Fibre* following = pick();
    if (following == self) {
        return;
    }
    current_ = following;
    current = &following->thread;
    void* to = following->sp;
    if (!following->started) {
        following->started = true;
        following->stack = stacks.take();
        to = fibre_start(following->stack, &BlockRunner::enter);
    }
    gabor_fibre_switch(&self->sp, to);
}

void BlockRunner::barrier() {
    warps_[static_cast<size_t>(current_ - fibres_.data()) / 32].at_barrier++;
    next();
}

void BlockRunner::warp_exchange(unsigned mask, const char* what, const uint64_t* mine, uint64_t* theirs, int source) {
    Warp& warp = warps_[static_cast<size_t>(current_ - fibres_.data()) / 32];
    if (mask != 0xffffffffu) {
        fail(CUDA_ERROR_LAUNCH_FAILED,
             format("%s has the mask 0x%08x; only the full mask 0xffffffff is supported", what, mask));
    }
    if (warp.waiting != 0 && std::strcmp(warp.what, what) != 0) {
        fail(CUDA_ERROR_LAUNCH_FAILED,
             format("a lane calls %s while others of its warp wait at %s", what, warp.what));
    }
    uint64_t* values = warp.values[warp.half];
    if (mine != nullptr) {
        values[current->lane] = *mine;
    }
    warp.what = what;
    warp.waiting++;
    if (warp.waiting == warp.lanes) {
        warp.waiting = 0;
        warp.half ^= 1;
        warp.runnable = low_bits(32);
        for (int j = 0; warp.lanes < 32 && j < 32; j++) {
            if (lane_order_[j] >= warp.lanes) {
                warp.runnable &= ~(1u << j);
            }
        }
    }
    next();
    if (theirs != nullptr) {
        *theirs = values[source & 31];
    }
}

unsigned BlockRunner::warp_ballot(unsigned mask, const char* what, bool predicate) {
    Warp& warp = warps_[static_cast<size_t>(current_ - fibres_.data()) / 32];
    uint64_t mine = predicate;
    uint64_t own = 0;
    const uint64_t* values = warp.values[warp.half];
    warp_exchange(mask, what, &mine, &own, current->lane);
    unsigned bits = 0;
    for (int lane = 0; lane < warp.lanes; lane++) {
        bits |= static_cast<unsigned>(values[lane] != 0) << lane;
    }
    return bits;
}

std::string BlockRunner::where() const {
    std::string text = format("kernel %s, block (%u, %u, %u)", job_->kernel_name.c_str(), block_.index.x,
                              block_.index.y, block_.index.z);
    if (current != nullptr) {
        text += format(", thread (%u, %u, %u)", current->index.x, current->index.y, current->index.z);
    }
    return text;
}

void BlockRunner::fail(int code, const std::string& what) {
    failure = {code, where() + ": " + what};
    running = false;
    current = nullptr;
    siglongjmp(landing, 1);
}

// ---- what the kernels call ---------------------------------------------------------------------------------------------

void barrier() { runner->barrier(); }

void warp_exchange(unsigned mask, const char* what, const uint64_t* mine, uint64_t* theirs, int source) {
    runner->warp_exchange(mask, what, mine, theirs, source);
}

unsigned warp_ballot(unsigned mask, const char* what, bool predicate) {
    return runner->warp_ballot(mask, what, predicate);
}

void misaligned(const void* address, size_t bytes) {
    uintptr_t a = reinterpret_cast<uintptr_t>(address);
    std::string place = in_arena(a) ? describe(a) : runner->shared.describe(a);
    runner->fail(CUDA_ERROR_MISALIGNED_ADDRESS,
                 format("a vector of %zu bytes at %s is not at a multiple of its size", bytes, place.c_str()));
}

}  // namespace gabor
