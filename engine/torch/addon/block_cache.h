// Memory that the step before has given back. A step frees and asks for the same sizes again and again; the C library
// returns large blocks to the system, and each page of a block that comes from there costs a fault at its first touch.
#pragma once

#include <cstddef>

namespace tickwork {

// Makes every large block of libtorch's CPU tensors, and of the libraries below it, come from a cache for the whole
// process. What the cache holds and what is in use are together at most an eighth more than what was once in use.
void installBlockCache();

struct BlockCounts {
  size_t usedBytes;
  size_t idleBytes;
  // Blocks that were asked of the system since the process began.
  size_t fromSystem;
};
BlockCounts countBlocks();

// Gives what nobody uses back to the system.
void emptyBlockCache();

}  // namespace tickwork
