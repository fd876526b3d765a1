import { Page } from '../../ui/page.tsx';

export function NowPage() {
  return <Page title="Now">{null}</Page>;
}
