import type { FamilyName, LabelsOf } from './families.js';
import type { HistogramNumbers } from './histogram.js';

/** Takes numbers when somebody wants to read them. Numbers of the same family and labels become one. */
export interface MetricSink {
  add<Name extends FamilyName>(name: Name, value: number, labels: LabelsOf<Name>): void;
  histogram<Name extends FamilyName>(name: Name, numbers: HistogramNumbers, labels: LabelsOf<Name>): void;
}

/** A part that has numbers. */
export interface Source {
  /** What it counts is counted by others when it is over: nothing of it is kept when the part ends. */
  readonly isTransient?: true;
  /** Called when somebody reads. Must not throw, and never waits. */
  write(sink: MetricSink): void;
}
