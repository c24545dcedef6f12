#include "block_cache.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <list>
#include <map>
#include <mutex>
#include <unordered_map>

namespace tickwork {
namespace {

// Smaller ones the C library keeps by itself.
constexpr size_t kLeast = 64 << 10;
constexpr size_t kPage = 4 << 10;
constexpr size_t kHugePage = 2 << 20;
// Of a block that is taken for a smaller request, the share that may be idle.
constexpr size_t kIdleShare = 8;
// Over the most that was in use at once, the share that may be held besides.
constexpr size_t kSpareShare = 8;
// Above libtorch's own CPU allocator.
constexpr uint8_t kPriority = 1;

class BlockCache final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* const data = bytes < kLeast ? c10::alloc_cpu(bytes) : take((bytes + kPage - 1) / kPage * kPage);
    return {data, data, &BlockCache::give, c10::Device(c10::kCPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &BlockCache::give; }

  void copy_data(void* target, const void* source, size_t bytes) const override {
    default_copy_data(target, source, bytes);
  }

  void empty() {
    const std::lock_guard<std::mutex> lock(mutex);
    while (!idle.empty()) drop();
  }

  BlockCounts counts() {
    const std::lock_guard<std::mutex> lock(mutex);
    return {used, held, fromSystem};
  }

  // Tensors may be freed by whatever ends last in the process: the cache never ends.
  static BlockCache& ofProcess() {
    static BlockCache* const cache = new BlockCache;
    return *cache;
  }

 private:
  struct Idle {
    void* data;
    size_t size;
  };
  using IdleBlocks = std::list<Idle>;

  void* take(size_t size) {
    const std::lock_guard<std::mutex> lock(mutex);
    auto found = bySize.lower_bound(size);
    if (found != bySize.end() && found->first <= size + size / kIdleShare) {
      // The last that was given back of that size: it may still lie in the processor's cache.
      found = std::prev(bySize.upper_bound(found->first));
      const Idle block = *found->second;
      idle.erase(found->second);
      bySize.erase(found);
      held -= block.size;
      return use(block.data, block.size);
    }
    const size_t most = std::max(mostUsed, used + size);
    while (!idle.empty() && used + held + size > most + most / kSpareShare) drop();
    void* data = fresh(size);
    while (data == nullptr && !idle.empty()) {
      drop();
      data = fresh(size);
    }
    fromSystem++;
    // Refuses with libtorch's own words where there is no memory.
    return use(data == nullptr ? c10::alloc_cpu(size) : data, size);
  }

  // Huge pages where the system lends them to those who ask: a step walks through hundreds of megabytes.
  static void* fresh(size_t size) {
    void* data = nullptr;
    if (posix_memalign(&data, size < kHugePage ? kPage : kHugePage, size) != 0) return nullptr;
#ifdef MADV_HUGEPAGE
    if (size >= kHugePage) madvise(data, size, MADV_HUGEPAGE);
#endif
    return data;
  }

  void* use(void* data, size_t size) {
    sizes.emplace(data, size);
    used += size;
    mostUsed = std::max(mostUsed, used);
    return data;
  }

  static void give(void* data) {
    if (!ofProcess().keep(data)) c10::free_cpu(data);
  }

  bool keep(void* data) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = sizes.find(data);
    if (found == sizes.end()) return false;
    const size_t size = found->second;
    sizes.erase(found);
    used -= size;
    held += size;
    idle.push_back({data, size});
    bySize.emplace(size, std::prev(idle.end()));
    return true;
  }

  // The block that lies idle longest.
  void drop() {
    const auto oldest = idle.begin();
    auto [entry, end] = bySize.equal_range(oldest->size);
    while (entry != end && entry->second != oldest) ++entry;
    bySize.erase(entry);
    held -= oldest->size;
    c10::free_cpu(oldest->data);
    idle.erase(oldest);
  }

  std::mutex mutex;
  // Of blocks in use.
  std::unordered_map<void*, size_t> sizes;
  // Longest idle first.
  IdleBlocks idle;
  std::multimap<size_t, IdleBlocks::iterator> bySize;
  size_t used = 0;
  size_t held = 0;
  size_t mostUsed = 0;
  size_t fromSystem = 0;
};

}  // namespace

void installBlockCache() { c10::SetCPUAllocator(&BlockCache::ofProcess(), kPriority); }

BlockCounts countBlocks() { return BlockCache::ofProcess().counts(); }

void emptyBlockCache() { BlockCache::ofProcess().empty(); }

}  // namespace tickwork
