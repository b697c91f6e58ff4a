// A fibre: a stack, and a switch from one stack to another that saves what a call must keep. swapcontext would save the
// signal mask too, with a system call, and is 50 times slower.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

// Saves the registers on this stack and its pointer in *from, and continues at `to`.
extern "C" void gabor_fibre_switch(void** from, void* to);

namespace gabor {

// Fibre stacks, each below a page that may not be touched.
class Stacks {
public:
    static constexpr size_t BYTES = 64 << 10;

    Stacks() = default;
    Stacks(const Stacks&) = delete;
    Stacks& operator=(const Stacks&) = delete;
    ~Stacks();

    // The top of a free stack.
    char* take();
    void give(char* top) { free_.push_back(top); }

    // After an error: all stacks are free again, whoever has them.
    void take_back_all();

    // Whether the address is in the fence below one of the stacks.
    bool overflowed(uintptr_t address) const;

private:
    void grow();

    std::vector<char*> chunks_;
    std::vector<char*> all_;
    std::vector<char*> free_;
};

// The value for gabor_fibre_switch's `to` that starts `entry` on this stack; `entry` must never return.
void* fibre_start(char* top, void (*entry)());

}  // namespace gabor
