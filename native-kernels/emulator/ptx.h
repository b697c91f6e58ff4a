// Reads PTX as far as the driver's errors need it: version, target, and the signature of each entry. It does not
// translate: what runs is the same source, compiled by g++.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "failure.h"
#include "threads.h"

namespace gabor {

struct PtxEntry {
    std::vector<std::string> parameters;  // "u32", "f32", "u64", ...
    int max_threads = 1024;               // .maxntid
    int shared_bytes = 0;
};

struct Ptx {
    int version = 0;  // 10 * major + minor
    int target = 0;   // 10 * major + minor of the compute capability
    std::map<std::string, PtxEntry> entries;
};

// Reads the text; an image that is no PTX, or is damaged, or is too new for the driver or the device, is an error.
Failure read_ptx(const char* image, Ptx* result);

// The difference between an entry's parameters and the kernel's in this library, in words, or "".
std::string signature_difference(const PtxEntry& entry, const Kernel& kernel);

}  // namespace gabor
