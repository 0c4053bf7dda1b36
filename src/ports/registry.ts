/** What a metric declares. */
export interface PropertyDeclaration {
  readonly name: string;
  /** As in scenario files: string, int, long, float, double, boolean, X[], map. */
  readonly type: string;
  readonly unit?: string | undefined;
  readonly description?: string | undefined;
}
