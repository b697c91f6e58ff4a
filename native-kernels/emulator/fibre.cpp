#include "fibre.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
__asm__(R"(
    .text
    .globl gabor_fibre_switch
    .hidden gabor_fibre_switch
    .type gabor_fibre_switch, @function
gabor_fibre_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .size gabor_fibre_switch, .-gabor_fibre_switch
)");
#elif defined(__aarch64__)
__asm__(R"(
    .text
    .globl gabor_fibre_switch
    .hidden gabor_fibre_switch
    .type gabor_fibre_switch, %function
gabor_fibre_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
    .size gabor_fibre_switch, .-gabor_fibre_switch
)");
#else
#error "the emulator has a context switch for x86-64 and aarch64 only"
#endif

namespace gabor {

namespace {

constexpr size_t FENCE = 64 << 10;  // at least a page, whatever a page is
constexpr size_t CHUNK = 64;        // stacks for each system call

}  // namespace

void Stacks::grow() {
    size_t bytes = CHUNK * (FENCE + BYTES);
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "emulator: no memory for the stacks of a block's threads\n");
        abort();
    }
    char* chunk = static_cast<char*>(memory);
    chunks_.push_back(chunk);
    for (size_t i = 0; i < CHUNK; i++) {
        char* fence = chunk + i * (FENCE + BYTES);
        mprotect(fence, FENCE, PROT_NONE);
        // Stacks at the same distance from one another would all use the same few lines of the first-level cache.
        size_t colour = (all_.size() * 7 % 32) * 64;
        char* top = fence + FENCE + BYTES - colour;
        all_.push_back(top);
        free_.push_back(top);
    }
}

Stacks::~Stacks() {
    for (char* chunk : chunks_) {
        munmap(chunk, CHUNK * (FENCE + BYTES));
    }
}

char* Stacks::take() {
    if (free_.empty()) {
        grow();
    }
    char* top = free_.back();
    free_.pop_back();
    return top;
}

void Stacks::take_back_all() { free_ = all_; }

bool Stacks::overflowed(uintptr_t address) const {
    for (char* chunk : chunks_) {
        uintptr_t start = reinterpret_cast<uintptr_t>(chunk);
        if (address >= start && address < start + CHUNK * (FENCE + BYTES)) {
            return (address - start) % (FENCE + BYTES) < FENCE;
        }
    }
    return false;
}

void* fibre_start(char* top, void (*entry)()) {
    uintptr_t sp = reinterpret_cast<uintptr_t>(top) & ~static_cast<uintptr_t>(15);
    void* code = reinterpret_cast<void*>(entry);
#if defined(__x86_64__)
    // popped: six registers, then `ret` to the entry, which finds the stack as if it had been called
    sp -= 64;
    std::memset(reinterpret_cast<void*>(sp), 0, 64);
    std::memcpy(reinterpret_cast<void*>(sp + 48), &code, sizeof code);
#else
    sp -= 160;
    std::memset(reinterpret_cast<void*>(sp), 0, 160);
    std::memcpy(reinterpret_cast<void*>(sp + 88), &code, sizeof code);  // x30
#endif
    return reinterpret_cast<void*>(sp);
}

}  // namespace gabor
