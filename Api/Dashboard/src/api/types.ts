// The records of the API by the names that the page uses; their fields come from the service's own description.
import type * as schema from './schema';

export type Run = schema.Run;
export type RunSpec = schema.RunSpec;
export type RunEvent = schema.RunEvent;
export type Curve = schema.Curve;
export type Dataset = schema.DatasetDescription;
export type DatasetReport = schema.DatasetReport;
export type DatasetImage = schema.DatasetImage;
export type Fitting = schema.Fitting;

export type RefusedFile = schema.RefusedFile;
export type Preset = schema.PresetItem;
export type Preflight = schema.Preflight;
export type Confusion = schema.Confusion;
export type Mistake = schema.Mistake;
export type Prediction = schema.Prediction;
export type PicturePrediction = schema.PicturePrediction;
export type RunComparison = schema.RunComparison;
export type RunEventPage = schema.RunEventPage;

/** A page of a list. */
export interface Page<T> {
  items: T[];
  next?: string;
}
