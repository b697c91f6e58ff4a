// Runs a kernel's blocks on several threads of the operating system, in several orders, and compares the results.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "failure.h"
#include "threads.h"

namespace gabor {

// A kernel launch with its arguments copied.
class Launch {
public:
    Launch(const Kernel* kernel, Index3 grid, Index3 size, void** arguments);

    // Runs it, and says what went wrong.
    Failure run();

    const Kernel* kernel() const { return kernel_; }
    std::string name() const { return std::string(kernel_->name, kernel_->name_length); }

private:
    Failure check_pointers(std::vector<uintptr_t>* writable) const;
    bool to_be_checked();
    std::string geometry() const;

    const Kernel* kernel_;
    Index3 grid_;
    Index3 size_;
    std::vector<std::vector<char>> values_;
    std::vector<void*> arguments_;
};

// The kernel of this name, or nullptr.
const Kernel* find_kernel(const std::string& name);

}  // namespace gabor
