/** What routes may ask for about lines; a part of actions.ts. */
import type { Caller } from '../actions/access/authenticate.ts';
import type { LineCheckAnswer } from '../contract/lines/line-check.ts';
import type { ForecastLine, LineForecast } from '../contract/lines/line-forecast.ts';
import type { LineActivity, LineHealthInputs, LineQueues } from '../contract/lines/line-insight.ts';
import type {
  CreateLine,
  LineAnswer,
  LineHealthAnswer,
  LinesAnswer,
  SpamMonitorAnswer,
  UpdateLine,
} from '../contract/lines/lines.ts';
import type { Deps } from '../deps.ts';

export interface LineActions {
  listLines(deps: Deps, caller: Caller): Promise<LinesAnswer>;
  getLine(deps: Deps, caller: Caller, id: string): Promise<LineAnswer>;
  createLine(deps: Deps, caller: Caller, input: CreateLine): Promise<LineAnswer>;
  updateLine(deps: Deps, caller: Caller, id: string, changes: UpdateLine): Promise<LineAnswer>;
  deleteLine(deps: Deps, caller: Caller, id: string): Promise<{ success: true }>;
  /** Nothing is stored. */
  checkNewLine(deps: Deps, caller: Caller, input: CreateLine): Promise<Omit<LineCheckAnswer, 'warnings'>>;
  checkStoredLine(deps: Deps, caller: Caller, id: string): Promise<Omit<LineCheckAnswer, 'warnings'>>;
  readLineActivity(deps: Deps, caller: Caller, id: string, hours: number): Promise<LineActivity>;
  readLineHealth(deps: Deps, caller: Caller, id: string): Promise<LineHealthInputs>;
  readLineQueues(deps: Deps, caller: Caller): Promise<LineQueues>;

  forecastLine(deps: Deps, caller: Caller, id: string, asked: ForecastLine): Promise<LineForecast>;
  monitorLines(deps: Deps, caller: Caller): Promise<SpamMonitorAnswer>;
  /** `id` null: no id of ours. */
  checkLine(deps: Deps, caller: Caller, id: string | null): Promise<LineHealthAnswer>;
}
