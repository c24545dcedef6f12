// Original file: proto/tickwork/v1/sweep.proto

import type { SweepState as _tickwork_v1_SweepState, SweepState__Output as _tickwork_v1_SweepState__Output } from '../../tickwork/v1/SweepState.ts';
import type { TrialCounts as _tickwork_v1_TrialCounts, TrialCounts__Output as _tickwork_v1_TrialCounts__Output } from '../../tickwork/v1/TrialCounts.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Factor as _tickwork_v1_Factor, Factor__Output as _tickwork_v1_Factor__Output } from '../../tickwork/v1/Factor.ts';
import type { SearchDecision as _tickwork_v1_SearchDecision, SearchDecision__Output as _tickwork_v1_SearchDecision__Output } from '../../tickwork/v1/SearchDecision.ts';
import type { Long } from '@grpc/proto-loader';

export interface Sweep {
  /**
   * Resource name, `sweeps/{sweep}`.
   */
  'name'?: (string);
  /**
   * The study's own name and title.
   */
  'study'?: (string);
  'title'?: (string);
  'state'?: (_tickwork_v1_SweepState);
  'counts'?: (_tickwork_v1_TrialCounts | null);
  'createTime'?: (_google_protobuf_Timestamp | null);
  /**
   * Absent while the sweep is active.
   */
  'finishTime'?: (_google_protobuf_Timestamp | null);
  /**
   * The submitted YAML, to the byte. Only in GetSweep.
   */
  'studyYaml'?: (string);
  /**
   * Factors in the order of the study.
   */
  'factors'?: (_tickwork_v1_Factor)[];
  'seeds'?: (number | string | Long)[];
  /**
   * Grows with every change of this sweep; what WatchSweep and tables are stamped with.
   */
  'revision'?: (number | string | Long);
  /**
   * An active sweep that starts no further cell.
   */
  'paused'?: (boolean);
  'priority'?: (number);
  /**
   * What a search decided so far, oldest first. Only in GetSweep.
   */
  'decisions'?: (_tickwork_v1_SearchDecision)[];
  /**
   * Configurations that a search may still draw; 0 without one.
   */
  'configurationsToDraw'?: (number | string | Long);
  /**
   * What draws configurations as results come in: `tpe`, `coarse-to-fine`, `ask` (a program outside), …; empty without a search.
   */
  'search'?: (string);
  /**
   * Until it is through, if it had the cluster for itself; absent while too little was measured.
   */
  'secondsLeft'?: (number | string);
  /**
   * Slot time of all its attempts that have ended.
   */
  'usedDeviceSeconds'?: (number | string);
  /**
   * Why its budget lets nothing start; empty while it does.
   */
  'exhaustedReason'?: (string);
  /**
   * Who has submitted it; empty where nobody knows.
   */
  'user'?: (string);
  /**
   * Whether its cells are given results of equal trials of other sweeps.
   */
  'reuse'?: (boolean);
  '_finishTime'?: "finishTime";
  '_secondsLeft'?: "secondsLeft";
}

export interface Sweep__Output {
  /**
   * Resource name, `sweeps/{sweep}`.
   */
  'name': (string);
  /**
   * The study's own name and title.
   */
  'study': (string);
  'title': (string);
  'state': (_tickwork_v1_SweepState__Output);
  'counts': (_tickwork_v1_TrialCounts__Output | null);
  'createTime': (_google_protobuf_Timestamp__Output | null);
  /**
   * Absent while the sweep is active.
   */
  'finishTime'?: (_google_protobuf_Timestamp__Output | null);
  /**
   * The submitted YAML, to the byte. Only in GetSweep.
   */
  'studyYaml': (string);
  /**
   * Factors in the order of the study.
   */
  'factors': (_tickwork_v1_Factor__Output)[];
  'seeds': (number)[];
  /**
   * Grows with every change of this sweep; what WatchSweep and tables are stamped with.
   */
  'revision': (number);
  /**
   * An active sweep that starts no further cell.
   */
  'paused': (boolean);
  'priority': (number);
  /**
   * What a search decided so far, oldest first. Only in GetSweep.
   */
  'decisions': (_tickwork_v1_SearchDecision__Output)[];
  /**
   * Configurations that a search may still draw; 0 without one.
   */
  'configurationsToDraw': (number);
  /**
   * What draws configurations as results come in: `tpe`, `coarse-to-fine`, `ask` (a program outside), …; empty without a search.
   */
  'search': (string);
  /**
   * Until it is through, if it had the cluster for itself; absent while too little was measured.
   */
  'secondsLeft'?: (number);
  /**
   * Slot time of all its attempts that have ended.
   */
  'usedDeviceSeconds': (number);
  /**
   * Why its budget lets nothing start; empty while it does.
   */
  'exhaustedReason': (string);
  /**
   * Who has submitted it; empty where nobody knows.
   */
  'user': (string);
  /**
   * Whether its cells are given results of equal trials of other sweeps.
   */
  'reuse': (boolean);
  '_finishTime'?: "finishTime";
  '_secondsLeft'?: "secondsLeft";
}
