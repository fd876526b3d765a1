export interface BulkProps {
  ids: readonly string[];
  open: boolean;
  onOpenChange(open: boolean): void;
}
