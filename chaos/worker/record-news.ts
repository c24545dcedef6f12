/** What a worker of a chaos run tells its parent: a record is on its disk, or its receipt has come. */
export interface RecordNews {
  readonly type: 'kept' | 'receipted';
  readonly id: string;
}
