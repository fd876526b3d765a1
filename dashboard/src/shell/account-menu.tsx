import { useNavigate } from '@tanstack/react-router';
import { ChevronsUpDown, LogOut, UserRound } from 'lucide-react';
import { chooseWorkspace } from '../lib/workspace.ts';
import { useMe } from '../session.ts';
import { endSession } from '../session-end.ts';
import { signOut } from '../sign-in.ts';
import { Button } from '../ui/button.tsx';
import { Menu, MenuCheck, MenuItem, MenuLabel, MenuSeparator } from '../ui/menu.tsx';
import { useToast } from '../ui/toast.tsx';
import { type Theme, useTheme } from './theme.ts';

const THEMES: readonly [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

export function AccountMenu() {
  const { person, role, workspace, workspaces } = useMe();
  const [theme, setTheme] = useTheme();
  const navigate = useNavigate();
  const toast = useToast();
  const leave = async () => {
    try {
      await signOut();
      endSession();
    } catch (error) {
      toast.failed(error);
    }
  };
  return (
    <Menu
      align="start"
      trigger={
        <Button variant="ghost" className="h-auto w-full justify-start px-2 py-1.5 text-left">
          <span className="min-w-0 flex-1">
            <span className="block truncate">{workspace.name}</span>
            <span className="block truncate text-xs font-normal text-muted-foreground">
              {person?.name ?? 'API key'}
              {role && `, ${role}`}
            </span>
          </span>
          <ChevronsUpDown aria-hidden />
        </Button>
      }
    >
      {workspaces.length > 1 && (
        <>
          <MenuLabel>Workspace</MenuLabel>
          {workspaces.map(({ id, name }) => (
            <MenuCheck key={id} checked={id === workspace.id} onCheckedChange={() => chooseWorkspace(id)}>
              {name}
            </MenuCheck>
          ))}
          <MenuSeparator />
        </>
      )}
      <MenuLabel>Colours</MenuLabel>
      {THEMES.map(([value, title]) => (
        <MenuCheck key={value} checked={theme === value} onCheckedChange={() => setTheme(value)}>
          {title}
        </MenuCheck>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={() => void navigate({ to: '/settings', search: { tab: 'account' } })}>
        <UserRound aria-hidden /> Your account
      </MenuItem>
      <MenuItem onSelect={() => void leave()}>
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  );
}
