import { Page } from '../../ui/page.tsx';

export function LinesPage() {
  return <Page title="Lines">{null}</Page>;
}
