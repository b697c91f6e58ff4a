// The threads of the operating system that run blocks.
#pragma once

#include <string>

#include "block.h"

namespace gabor {

// Runs all blocks of the job in this order. Returns the first error.
Failure run_blocks(const Job& job, Order order);

}  // namespace gabor
