// The least a unit test needs: a check that names its line, and threads that need no torch.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "../core/parallel.h"

#define CHECK(condition)                                                             \
  do {                                                                               \
    if (!(condition)) {                                                              \
      std::fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      std::exit(1);                                                                  \
    }                                                                                \
  } while (false)

// Cuts every range evenly over real threads, however small it is, so that races show.
struct ThreadParallel {
  int64_t count;

  template <class Body>
  void operator()(int64_t begin, int64_t end, int64_t /*grain*/, const Body& body) const {
    const int64_t size = end - begin;
    std::vector<std::thread> threads;
    for (int64_t t = 0; t < count; ++t) {
      const int64_t low = begin + size * t / count;
      const int64_t high = begin + size * (t + 1) / count;
      if (low < high) threads.emplace_back([&body, low, high] { body(low, high); });
    }
    for (std::thread& thread : threads) thread.join();
  }
  int64_t threads() const { return count; }
};
