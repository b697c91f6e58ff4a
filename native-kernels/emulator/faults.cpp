#include "faults.h"

#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "block.h"
#include "memory.h"
#include "report.h"

namespace gabor {

namespace {

constexpr size_t ALTERNATE = 256 << 10;  // the story is written on this stack
constexpr int SIGNALS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};

struct sigaction previous[4];

// "reads" or "writes", where the processor says so.
const char* access_of(const void* context) {
#if defined(__x86_64__) && defined(__linux__)
    const auto* c = static_cast<const ucontext_t*>(context);
    return (c->uc_mcontext.gregs[REG_ERR] & 2) != 0 ? "writes" : "reads";
#else
    (void) context;
    return "reads or writes";
#endif
}

std::string story_of(int signal, const siginfo_t* info, const void* context) {
    if (signal == SIGFPE) {
        return "divides an integer by zero";
    }
    if (signal == SIGILL) {
        return "reached an instruction that this processor does not have: rebuild the emulator on this machine";
    }
    uintptr_t address = reinterpret_cast<uintptr_t>(info->si_addr);
    if (runner->stacks.overflowed(address)) {
        return format("a thread needs more than the %zu bytes of stack that it has in the emulator", Stacks::BYTES);
    }
    std::string place = runner->shared.contains(address) ? runner->shared.describe(address) : describe(address);
    return std::string(access_of(context)) + " " + place;
}

void handle(int signal, siginfo_t* info, void* context) {
    if (runner != nullptr && runner->running) {
        int code = signal == SIGFPE || signal == SIGILL ? CUDA_ERROR_ILLEGAL_INSTRUCTION : CUDA_ERROR_ILLEGAL_ADDRESS;
        runner->fail(code, story_of(signal, info, context));
    }
    for (size_t i = 0; i < 4; i++) {
        if (SIGNALS[i] != signal) {
            continue;
        }
        if ((previous[i].sa_flags & SA_SIGINFO) != 0) {
            previous[i].sa_sigaction(signal, info, context);
            return;
        }
        if (previous[i].sa_handler != SIG_DFL && previous[i].sa_handler != SIG_IGN) {
            previous[i].sa_handler(signal);
            return;
        }
        // nobody: let it happen again, without us
        sigaction(signal, &previous[i], nullptr);
    }
}

void install() {
    struct sigaction action;
    std::memset(&action, 0, sizeof action);
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    for (size_t i = 0; i < 4; i++) {
        sigaction(SIGNALS[i], nullptr, &previous[i]);
        action.sa_mask = previous[i].sa_mask;
        sigaction(SIGNALS[i], &action, nullptr);
    }
}

}  // namespace

void catch_faults_on_this_thread() {
    static std::once_flag once;
    std::call_once(once, install);
    stack_t stack;
    std::memset(&stack, 0, sizeof stack);
    stack.ss_sp = mmap(nullptr, ALTERNATE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack.ss_size = ALTERNATE;
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, nullptr) != 0) {
        fprintf(stderr, "emulator: no stack for faults\n");
        abort();
    }
}

}  // namespace gabor
