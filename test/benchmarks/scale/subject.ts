import type { DataObject } from '../../../operator/kubernetes/objects.ts';
import type { WatchedObject } from '../teams/watched-object.ts';

/** What is measured: an operator that merges many sets of resources, one of each team, into one object. */
export interface Subject {
  /** The names of the teams. */
  readonly sets: readonly string[];
  /** The user of its requests, as the API server knows it. */
  readonly user: string;
  /** Starts it; the sets may exist already. */
  start(): Promise<RunningSubject>;
  createSets(): Promise<void>;
  /** Changes the text of a set; resolves with the API server's answer. */
  edit(set: string, mark: string): Promise<void>;
  /** Follows the object that has all. */
  follow(): Promise<WatchedObject>;
  /** Whether the object has every set. */
  isComplete(object: DataObject): boolean;
  /** Whether the object has this mark in the text of the set. */
  says(object: DataObject, set: string, mark: string): boolean;
}

/** A process that ends when it is disposed of. */
export interface RunningSubject extends AsyncDisposable {
  readonly pid: number;
  readonly exited: Promise<unknown>;
  output(): string;
}
