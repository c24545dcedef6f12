import type { Timestamp__Output } from '../../../proto/generated/google/protobuf/Timestamp.ts';

/**
 * A wire message as the gateway's JSON shows it: times are RFC 3339 text, proto-loader's oneof markers are gone, and an optional
 * number that JSON cannot say (NaN) is null.
 */
export type Json<T> = T extends Timestamp__Output
  ? string
  : T extends readonly (infer Item)[]
    ? Json<Item>[]
    : T extends object
      ? {
          [Key in keyof T as Key extends `_${string}` ? never : Key]: undefined extends T[Key]
            ? Json<T[Key]> | null
            : Json<T[Key]>;
        }
      : T;
