#pragma once
// The arithmetic of our kernels for one element, as C++ functions and as text for NVRTC (no directives, no library).

#define ESPALIER_DEVICE
#define ESPALIER_KERNEL_TEXT(...)                    \
  namespace espalier::device::kernel {               \
  __VA_ARGS__                                        \
  inline constexpr const char* kText = #__VA_ARGS__; \
  }

ESPALIER_KERNEL_TEXT(
    struct Gather {
      const unsigned char* pixels;
      const long long* rows;
      const int* windows;
      const long long* index;
      const float* scale;
      const float* offset;
      float* out;
      int batch;
      int channels;
      int from_height;
      int from_width;
      int height;
      int width;
    };

    struct Masks {
      const long long* seeds;
      const long long* index;
      float* out;
      long long layers;
      long long layer;
      long long first;
      unsigned int threshold;
      float kept;
    };

    /// Elements lie as [image][y][x][channel].
    inline ESPALIER_DEVICE void gather(const Gather& g, long long element) {
      const int channel = static_cast<int>(element % g.channels);
      const long long pixel = element / g.channels;
      const int x = static_cast<int>(pixel % g.width);
      const int y = static_cast<int>(pixel / g.width % g.height);
      const long long image = *g.index * g.batch + pixel / g.width / g.height;
      const int* window = g.windows + 3 * image;
      const int row = y + window[0];
      const int column = window[1] + (window[2] != 0 ? g.width - 1 - x : x);
      const bool inside = row >= 0 && row < g.from_height && column >= 0 && column < g.from_width;
      const long long at = ((g.rows[image] * g.channels + channel) * g.from_height + row) * g.from_width + column;
      const float value = inside ? static_cast<float>(g.pixels[at]) : 0.0f;
      g.out[element] = value * g.scale[channel] + g.offset[channel];
    }

    /// The finaliser of splitmix64 over a counter.
    inline ESPALIER_DEVICE void mask(const Masks& m, long long element) {
      const unsigned long long seed = static_cast<unsigned long long>(m.seeds[*m.index * m.layers + m.layer]);
      unsigned long long z = seed + static_cast<unsigned long long>(m.first + element + 1) * 0x9E3779B97F4A7C15ULL;
      z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
      z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
      z = z ^ (z >> 31);
      m.out[element] = static_cast<unsigned int>(z >> 32) < m.threshold ? 0.0f : m.kept;
    })

#undef ESPALIER_DEVICE
