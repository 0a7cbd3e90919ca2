// One BLAS library, timed. The library is the first argument. Requests and
// replies are lines of JSON, as in peer.py:
//
//   {"do":"info"}                        -> {"versions":{...}}
//   {"do":"setup","threads":T,"m":M,"n":N,"k":K,"trans_a":0|1,"trans_b":0|1}
//                                        -> {}
//   {"do":"run","steps":S,"reps":R}      -> {"ms":[of each of S steps, per call of R]}
//   {"do":"fma"}                         -> {"gflops":{"avx2":...,"avx512":...}}
//
// Compile with: cc -O2 blas.c -ldl

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef void (*sgemm_t)(int, int, int, int, int, int, float, const float *, int,
                        const float *, int, float, float *, int);

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

// The integer after a key, 0 if there is none.
static long get(const char *line, const char *key) {
  char quoted[32];
  snprintf(quoted, sizeof quoted, "\"%s\":", key);
  const char *at = strstr(line, quoted);
  return at ? strtol(at + strlen(quoted), NULL, 10) : 0;
}

static int does(const char *line, const char *what) {
  char quoted[32];
  snprintf(quoted, sizeof quoted, "\"do\":\"%s\"", what);
  return strstr(line, quoted) != NULL;
}

static float *numbers(size_t n) {
  float *p = aligned_alloc(64, (n * sizeof(float) + 63) / 64 * 64);
  if (!p) {
    fprintf(stderr, "blas: no memory for %zu numbers\n", n);
    exit(1);
  }
  for (size_t i = 0; i < n; i++) p[i] = (float)(i % 31) / 31 - 0.5f;
  return p;
}

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
// Twelve independent chains hide the latency of any processor so far. The empty
// asm keeps each sum in a register and its chain from being shortened.
#define EACH(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11)
#define LOOPS 20000000L
#define START256(i) __m256 s##i = _mm256_set1_ps(i);
#define STEP256(i)                \
  s##i = _mm256_fmadd_ps(s##i, x, x); \
  __asm__ volatile("" : "+v"(s##i));
#define START512(i) __m512 s##i = _mm512_set1_ps(i);
#define STEP512(i)                \
  s##i = _mm512_fmadd_ps(s##i, x, x); \
  __asm__ volatile("" : "+v"(s##i));

__attribute__((target("avx2,fma"))) static double peak256(void) {
  __m256 x = _mm256_set1_ps(0.5f);
  EACH(START256)
  double start = now();
  for (long l = 0; l < LOOPS; l++) { EACH(STEP256) }
  return 2.0 * 8 * 12 * LOOPS / (now() - start) * 1e-6;
}

__attribute__((target("avx512f"))) static double peak512(void) {
  __m512 x = _mm512_set1_ps(0.5f);
  EACH(START512)
  double start = now();
  for (long l = 0; l < LOOPS; l++) { EACH(STEP512) }
  return 2.0 * 16 * 12 * LOOPS / (now() - start) * 1e-6;
}

static double best(double (*f)(void)) {
  double most = 0;
  for (int i = 0; i < 3; i++) {
    double x = f();
    if (x > most) most = x;
  }
  return most;
}

static void fma_peaks(void) {
  const char *comma = "";
  printf("{\"gflops\":{");
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    printf("\"avx2\":%.1f", best(peak256));
    comma = ",";
  }
  if (__builtin_cpu_supports("avx512f")) printf("%s\"avx512\":%.1f", comma, best(peak512));
  printf("}}\n");
}
#else
static void fma_peaks(void) { printf("{\"gflops\":{}}\n"); }
#endif

static void info(void *lib) {
  char *(*openblas)(void) = (char *(*)(void))dlsym(lib, "openblas_get_config");
  char *(*blis)(void) = (char *(*)(void))dlsym(lib, "bli_info_get_version_str");
  int (*arch)(void) = (int (*)(void))dlsym(lib, "bli_arch_query_id");
  char *(*arch_name)(int) = (char *(*)(int))dlsym(lib, "bli_arch_string");
  if (openblas)
    printf("{\"versions\":{\"OpenBLAS\":\"%s\"}}\n", openblas());
  else if (blis)
    printf("{\"versions\":{\"BLIS\":\"%s %s\"}}\n", blis(), arch && arch_name ? arch_name(arch()) : "");
  else
    printf("{\"versions\":{\"BLAS\":\"unknown\"}}\n");
}

static void set_threads(void *lib, int n) {
  void (*set)(int) = (void (*)(int))dlsym(lib, "openblas_set_num_threads");
  if (set) set(n);
  void (*set_long)(long) = (void (*)(long))dlsym(lib, "bli_thread_set_num_threads");
  if (set_long) set_long(n);
}

int main(int argc, char **argv) {
  void *lib = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  sgemm_t sgemm = lib ? (sgemm_t)dlsym(lib, "cblas_sgemm") : NULL;
  if (!sgemm) {
    fprintf(stderr, "blas: no cblas_sgemm in %s\n", argc > 1 ? argv[1] : "(no library given)");
    return 1;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  float *a = NULL, *b = NULL, *c = NULL;
  long m = 0, n = 0, k = 0, ta = 0, tb = 0;
  char line[1024];
  while (fgets(line, sizeof line, stdin)) {
    if (does(line, "info")) {
      info(lib);
    } else if (does(line, "fma")) {
      fma_peaks();
    } else if (does(line, "setup")) {
      m = get(line, "m"), n = get(line, "n"), k = get(line, "k");
      ta = get(line, "trans_a"), tb = get(line, "trans_b");
      set_threads(lib, (int)get(line, "threads"));
      free(a), free(b), free(c);
      a = numbers((size_t)m * k), b = numbers((size_t)k * n), c = numbers((size_t)m * n);
      printf("{}\n");
    } else if (does(line, "run") && a) {
      long steps = get(line, "steps"), reps = get(line, "reps");
      if (reps < 1) reps = 1;
      printf("{\"ms\":[");
      for (long s = 0; s < steps; s++) {
        double start = now();
        for (long r = 0; r < reps; r++)
          sgemm(101 /* row major */, ta ? 112 : 111, tb ? 112 : 111, (int)m, (int)n, (int)k, 1,
                a, (int)(ta ? m : k), b, (int)(tb ? k : n), 0, c, (int)n);
        printf("%s%.6f", s ? "," : "", (now() - start) / (double)reps);
      }
      printf("]}\n");
    } else {
      printf("{\"error\":\"unknown request, or run before setup\"}\n");
    }
  }
  return 0;
}
