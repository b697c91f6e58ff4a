// CUDA C++ for g++: what the kernels use of it, on top of the emulator's fibres. Only for GABOR_EMULATOR; included by
// gabor.cuh.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "threads.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __constant__ static const

#define threadIdx (gabor::current->index)
#define blockIdx (gabor::current->block->index)
#define blockDim (gabor::current->block->size)
#define gridDim (gabor::current->block->grid)
#define warpSize 32

// ---- shared memory, barriers, warps ------------------------------------------------------------------------------------

// One array for each block, with its end at a page that may not be touched, filled with NaN when the block starts.
#define GABOR_SHARED(type, name, count)                                                             \
    static const gabor::SharedArray name##_declaration(#name, sizeof(type) * static_cast<size_t>(count)); \
    type* const name = static_cast<type*>(name##_declaration.memory())

#define GABOR_KERNELS(...) static const gabor::Family gabor_family(__FILE__, #__VA_ARGS__, __VA_ARGS__);

#define GABOR_ALIGNED16(pointer) (gabor::aligned(pointer, 16))

inline void __syncthreads() { gabor::barrier(); }

inline void __syncwarp(unsigned mask = 0xffffffffu) { gabor::warp_exchange(mask, "__syncwarp", nullptr, nullptr, 0); }

inline void __threadfence() {}
inline void __threadfence_block() {}

namespace gabor {
// Gives this lane's value away and returns the warp's; values of lanes that do not exist are NaN patterns.
template <typename T>
inline T shuffle(unsigned mask, const char* what, T value, int source) {
    static_assert(sizeof(T) == 4 || sizeof(T) == 8, "warp shuffles move 4 or 8 bytes");
    uint64_t mine = 0;
    std::memcpy(&mine, &value, sizeof(T));
    uint64_t theirs = 0;
    warp_exchange(mask, what, &mine, &theirs, source);
    T result;
    std::memcpy(&result, &theirs, sizeof(T));
    return result;
}

inline int lane() { return current->lane; }
}  // namespace gabor

template <typename T>
inline T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
    int lane = gabor::lane();
    return gabor::shuffle(mask, "__shfl_sync", value, (lane & ~(width - 1)) + (source & (width - 1)));
}

template <typename T>
inline T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32) {
    int lane = gabor::lane();
    int source = lane ^ bits;
    return gabor::shuffle(mask, "__shfl_xor_sync", value, source >= (lane & ~(width - 1)) + width ? lane : source);
}

template <typename T>
inline T __shfl_down_sync(unsigned mask, T value, unsigned distance, int width = 32) {
    int lane = gabor::lane();
    int source = lane + static_cast<int>(distance);
    return gabor::shuffle(mask, "__shfl_down_sync", value, source >= (lane & ~(width - 1)) + width ? lane : source);
}

template <typename T>
inline T __shfl_up_sync(unsigned mask, T value, unsigned distance, int width = 32) {
    int lane = gabor::lane();
    int source = lane - static_cast<int>(distance);
    return gabor::shuffle(mask, "__shfl_up_sync", value, source < (lane & ~(width - 1)) ? lane : source);
}

inline unsigned __ballot_sync(unsigned mask, int predicate) {
    return gabor::warp_ballot(mask, "__ballot_sync", predicate != 0);
}
inline int __any_sync(unsigned mask, int predicate) {
    return gabor::warp_ballot(mask, "__any_sync", predicate != 0) != 0;
}
inline int __all_sync(unsigned mask, int predicate) {
    return gabor::warp_ballot(mask, "__all_sync", predicate == 0) == 0;
}

// ---- vectors -----------------------------------------------------------------------------------------------------------

// A vector of N elements that checks, wherever it is copied, that it does not straddle its alignment in device or shared
// memory, which a GPU refuses. It has the alignment of one element itself, since the end of a device buffer, not its
// start, is at a page here.
#define GABOR_VECTOR_CHECKS(name, bytes)                       \
    name() = default;                                          \
    name(const name& o) { copy(o); }                           \
    name& operator=(const name& o) {                           \
        gabor::check_aligned(this, bytes);                     \
        copy(o);                                               \
        return *this;                                          \
    }

#define GABOR_VECTOR2(name, type)                              \
    struct name {                                              \
        type x, y;                                             \
        name(type a, type b) : x(a), y(b) {}                   \
        GABOR_VECTOR_CHECKS(name, 2 * sizeof(type))            \
                                                               \
    private:                                                   \
        void copy(const name& o) {                             \
            gabor::check_aligned(&o, 2 * sizeof(type));        \
            x = o.x;                                           \
            y = o.y;                                           \
        }                                                      \
    };                                                         \
    inline name make_##name(type a, type b) { return name(a, b); }

#define GABOR_VECTOR4(name, type)                              \
    struct name {                                              \
        type x, y, z, w;                                       \
        name(type a, type b, type c, type d) : x(a), y(b), z(c), w(d) {} \
        GABOR_VECTOR_CHECKS(name, 4 * sizeof(type))            \
                                                               \
    private:                                                   \
        void copy(const name& o) {                             \
            gabor::check_aligned(&o, 4 * sizeof(type));        \
            x = o.x;                                           \
            y = o.y;                                           \
            z = o.z;                                           \
            w = o.w;                                           \
        }                                                      \
    };                                                         \
    inline name make_##name(type a, type b, type c, type d) { return name(a, b, c, d); }

GABOR_VECTOR2(float2, float)
GABOR_VECTOR4(float4, float)
GABOR_VECTOR2(int2, int)
GABOR_VECTOR4(int4, int)
GABOR_VECTOR4(uchar4, unsigned char)

template <typename T>
inline T __ldg(const T* address) {
    return *address;
}

// ---- integers and atomics on them --------------------------------------------------------------------------------------

template <typename A, typename B>
inline std::common_type_t<A, B> min(A a, B b) {
    return b < a ? b : a;
}
template <typename A, typename B>
inline std::common_type_t<A, B> max(A a, B b) {
    return a < b ? b : a;
}

#define GABOR_ATOMIC(type)                                                                                    \
    inline type atomicAdd(type* p, type v) { return __atomic_fetch_add(p, v, __ATOMIC_RELAXED); }             \
    inline type atomicSub(type* p, type v) { return __atomic_fetch_sub(p, v, __ATOMIC_RELAXED); }             \
    inline type atomicOr(type* p, type v) { return __atomic_fetch_or(p, v, __ATOMIC_RELAXED); }               \
    inline type atomicExch(type* p, type v) { return __atomic_exchange_n(p, v, __ATOMIC_RELAXED); }           \
    inline type atomicMax(type* p, type v) {                                                                  \
        type old = *p;                                                                                        \
        while (old < v && !__atomic_compare_exchange_n(p, &old, v, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {} \
        return old;                                                                                           \
    }                                                                                                         \
    inline type atomicMin(type* p, type v) {                                                                  \
        type old = *p;                                                                                        \
        while (v < old && !__atomic_compare_exchange_n(p, &old, v, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {} \
        return old;                                                                                           \
    }
GABOR_ATOMIC(int)
GABOR_ATOMIC(unsigned)

inline int __float_as_int(float x) {
    int bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}
inline float __int_as_float(int bits) {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
inline int __ffs(int x) { return __builtin_ffs(x); }

// ---- functions that <cmath> lacks ---------------------------------------------------------------------------------------

inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
inline double rsqrt(double x) { return 1.0 / sqrt(x); }
inline float __saturatef(float x) { return x > 0.0f ? (x < 1.0f ? x : 1.0f) : 0.0f; }
