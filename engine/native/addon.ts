/** How an N-API addon is compiled against a library of the machine. */
export interface AddonRecipe {
  readonly name: 'torch' | 'tensorflow';
  /** C++ files, absolute. */
  readonly sources: readonly string[];
  readonly includeFolders: readonly string[];
  readonly libraryFolders: readonly string[];
  /** As after `-l`. */
  readonly libraries: readonly string[];
  /** More words for the compiler, for example `-D_GLIBCXX_USE_CXX11_ABI=0`. */
  readonly flags: readonly string[];
  /** The library's version, for example `torch 2.13.0+cpu`: part of the cache's key, as are the sources. */
  readonly version: string;
}
