// The limit of any gather-reduce: a loop that reads the rows x[indices[k]] and keeps nothing but their sum.
//
// Rows are added into registers so that no read can be left out; nothing is written until the end. As in our kernel a
// row is fetched 12 edges ahead. Threads take equal ranges of edges. Width: a multiple of 64 floats.
#include <pthread.h>
#include <stdint.h>

enum { kPrefetchEdges = 12, kLanes = 16, kLine = 16, kBlock = 4 * kLanes, kMaxThreads = 64 };

typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float)), aligned(sizeof(float))));

typedef struct {
  const float* x;
  const int32_t* indices;
  int64_t width, begin, end, last;
  float sum[kBlock];
} Range;

static void* read_range(void* argument) {
  Range* range = argument;
  const float* x = range->x;
  const int32_t* indices = range->indices;
  const int64_t width = range->width;
  Lanes a = {0}, b = {0}, c = {0}, d = {0};
  for (int64_t k = range->begin; k < range->end; ++k) {
    if (k + kPrefetchEdges < range->last) {
      const float* ahead = x + indices[k + kPrefetchEdges] * width;
      for (int64_t f = 0; f < width; f += kLine) __builtin_prefetch(ahead + f);
    }
    const float* row = x + indices[k] * width;
    for (int64_t f = 0; f < width; f += kBlock) {
      a += *(const Lanes*)(row + f);
      b += *(const Lanes*)(row + f + kLanes);
      c += *(const Lanes*)(row + f + 2 * kLanes);
      d += *(const Lanes*)(row + f + 3 * kLanes);
    }
  }
  const Lanes all[4] = {a, b, c, d};
  for (int i = 0; i < kBlock; ++i) range->sum[i] = all[i / kLanes][i % kLanes];
  return 0;
}

// Threads are pthreads and not OpenMP's: a second OpenMP runtime beside torch's would fight it for the cores.
int read_rows(const float* x, const int32_t* indices, int64_t edges, int64_t width, int threads, float* sum) {
  if (threads < 1 || threads > kMaxThreads || width % kBlock) return 1;
  pthread_t thread[kMaxThreads];
  Range range[kMaxThreads];
  for (int t = 0; t < threads; ++t) {
    range[t] = (Range){x, indices, width, edges * t / threads, edges * (t + 1) / threads, edges, {0}};
    if (t > 0 && pthread_create(&thread[t], 0, read_range, &range[t])) return 2;
  }
  read_range(&range[0]);
  for (int i = 0; i < kBlock; ++i) sum[i] = range[0].sum[i];
  for (int t = 1; t < threads; ++t) {
    pthread_join(thread[t], 0);
    for (int i = 0; i < kBlock; ++i) sum[i] += range[t].sum[i];
  }
  return 0;
}
