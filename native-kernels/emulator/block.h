// Runs the threads of one block as fibres on one thread of the operating system.
#pragma once

#include <setjmp.h>

#include <string>
#include <vector>

#include "failure.h"
#include "fibre.h"
#include "shared.h"
#include "threads.h"

namespace gabor {

// In which order the threads of a block run between two barriers, and the blocks of a grid.
enum class Order { forward, reverse, shuffled };
const char* name_of(Order order);

// What to run: the same for all blocks of a launch.
struct Job {
    long serial;  // 1, 2, ...: of the launches
    const Kernel* kernel;
    std::string kernel_name;
    void* const* arguments;
    Index3 grid;
    Index3 size;
};

class BlockRunner {
public:
    BlockRunner();

    // Runs one block. Returns when all its threads have ended; an error leaves through fail().
    void run(const Job& job, Index3 index, Order order);

    void barrier();
    void warp_exchange(unsigned mask, const char* what, const uint64_t* mine, uint64_t* theirs, int source);
    unsigned warp_ballot(unsigned mask, const char* what, bool predicate);

    // Gives up the running block and launch, with this story. Called on a fibre or by the signal handler.
    [[noreturn]] void fail(int code, const std::string& story);

    // "kernel k, block (1, 0, 0), thread (3, 0, 0)"
    std::string where() const;

    // A jump out of the block, after a failure.
    sigjmp_buf landing;
    Failure failure;
    bool running = false;

    SharedMemory shared;
    Stacks stacks;

private:
    struct Fibre {
        Thread thread;
        void* sp;
        char* stack;
        bool started;
    };

    // Positions, not lanes: bit j is the j-th lane in the order of this run.
    struct Warp {
        unsigned runnable;
        int lanes;
        int waiting;     // at a warp operation
        int at_barrier;  // at __syncthreads()
        int ended;
        const char* what;
        int half;  // of values: the next operation may start while the last one's values are still read
        uint64_t values[2][32];
    };

    static void enter();
    void run_threads();
    void next();
    Fibre* pick();
    void arrange(const Job& job, Index3 index, Order order);
    std::string lanes_elsewhere(const Warp& warp) const;

    const Job* job_ = nullptr;
    long serial_ = 0;
    Order order_ = Order::forward;
    Block block_{};
    std::vector<Fibre> fibres_;
    std::vector<Warp> warps_;
    std::vector<int> warp_order_;
    int lane_order_[32];
    int warp_count_ = 0;
    int warp_at_ = 0;  // position in warp_order_
    Fibre* current_ = nullptr;
    void* outside_ = nullptr;  // the stack of run()
    void* nowhere_ = nullptr;
};

// The runner of this thread of the operating system, or nullptr.
extern __thread BlockRunner* runner __attribute__((tls_model("initial-exec")));

}  // namespace gabor
