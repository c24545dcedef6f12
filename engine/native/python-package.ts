/** A package of Python that brings a C++ library with it. */
export interface PythonPackage {
  /** The package's folder: holds `lib/` and `include/` (torch), or the libraries themselves (tensorflow). */
  readonly folder: string;
  readonly version: string;
  /** The interpreter that has it. */
  readonly python: string;
}
