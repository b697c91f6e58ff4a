#include "workers.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <thread>

#include "faults.h"
#include "options.h"
#include "report.h"

namespace gabor {

namespace {

// The blocks of one launch in one order, handed out one by one.
struct Task {
    const Job* job = nullptr;
    Order order = Order::forward;
    uint64_t blocks = 0;
    std::atomic<uint64_t> next{0};
    std::atomic<bool> failed{false};
};

struct Pool {
    std::mutex lock;
    std::condition_variable work;
    std::condition_variable done;
    Task task;
    long round = 0;
    int wanted = 0;   // workers that may still join this round
    int running = 0;  // workers that have joined and not finished
    int threads = 0;
    Failure failure;
};

Pool& pool() {
    static Pool* one = new Pool;  // its threads never end
    return *one;
}

// Which block is the i-th: all of them once, in an order that a kernel must not depend on either.
uint64_t block_at(const Task& task, uint64_t i) {
    if (task.order == Order::forward) {
        return i;
    }
    if (task.order == Order::reverse) {
        return task.blocks - 1 - i;
    }
    // odd blocks first
    uint64_t odd = task.blocks / 2;
    return i < odd ? 2 * i + 1 : 2 * (i - odd);
}

// sigsetjmp lives in a function of its own: no variable of it changes between the two returns.
Failure work_on(Task& task, BlockRunner& mine) {
    if (sigsetjmp(mine.landing, 1) != 0) {
        mine.stacks.take_back_all();
        task.failed = true;
        return mine.failure;
    }
    const Job& job = *task.job;
    while (!task.failed) {
        uint64_t i = task.next.fetch_add(1);
        if (i >= task.blocks) {
            break;
        }
        uint64_t b = block_at(task, i);
        mine.run(job,
                 {static_cast<unsigned>(b % job.grid.x), static_cast<unsigned>(b / job.grid.x % job.grid.y),
                  static_cast<unsigned>(b / job.grid.x / job.grid.y)},
                 task.order);
    }
    return {};
}

void loop() {
    sigset_t all;
    sigfillset(&all);
    // Process-wide signals belong to the program that loaded us; faults of this thread come all the same.
    for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
        sigdelset(&all, fault);
    }
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    catch_faults_on_this_thread();
    BlockRunner mine;
    runner = &mine;
    Pool& p = pool();
    long seen = 0;
    std::unique_lock<std::mutex> hold(p.lock);
    while (true) {
        p.work.wait(hold, [&] { return p.round != seen; });
        seen = p.round;
        if (p.wanted == 0) {
            continue;
        }
        p.wanted--;
        p.running++;
        hold.unlock();
        Failure failure = work_on(p.task, mine);
        hold.lock();
        if (failure.happened() && !p.failure.happened()) {
            p.failure = failure;
        }
        p.running--;
        if (p.running == 0) {
            p.done.notify_all();
        }
    }
}

}  // namespace

Failure run_blocks(const Job& job, Order order) {
    Pool& p = pool();
    std::unique_lock<std::mutex> hold(p.lock);
    while (p.threads < options().threads) {
        std::thread(loop).detach();
        p.threads++;
    }
    p.task.job = &job;
    p.task.order = order;
    p.task.blocks = static_cast<uint64_t>(job.grid.x) * job.grid.y * job.grid.z;
    p.task.next = 0;
    p.task.failed = false;
    p.failure = {};
    uint64_t useful = p.task.blocks < static_cast<uint64_t>(p.threads) ? p.task.blocks : static_cast<uint64_t>(p.threads);
    p.wanted = static_cast<int>(useful);
    p.round++;
    if (p.wanted == 1) {
        p.work.notify_one();
    } else {
        p.work.notify_all();
    }
    // A worker that has not joined when the blocks are used up is not waited for, and may not join any more.
    p.done.wait(hold, [&] { return p.running == 0 && (p.task.failed || p.task.next >= p.task.blocks); });
    p.wanted = 0;
    return p.failure;
}

}  // namespace gabor
