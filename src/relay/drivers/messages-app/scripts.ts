/**
 * The two AppleScripts that are ever run. They are constants: whatever differs from one message to the next is an argument,
 * so no text of anybody's can become a command. Variables begin with `the` to stay clear of the words of Messages itself.
 */

/**
 * Arguments: `chat` or `participant`; the chat's GUID or the address; the text, which may be empty; the paths of the files.
 * Files go first, each a message of its own. An error tells how far it had come: `trunkline:<stage>:<handed over>: …`.
 */
export const SEND_SCRIPT = `on run argv
	set theWay to item 1 of argv
	set theRecipient to item 2 of argv
	set theText to item 3 of argv
	set theFiles to {}
	repeat with theIndex from 4 to (count of argv)
		set end of theFiles to POSIX file (item theIndex of argv)
	end repeat
	set theStage to "account"
	set theCount to 0
	try
		with timeout of 30 seconds
			tell application "Messages"
				if theWay is "chat" then
					set theStage to "chat"
					set theTarget to chat id theRecipient
				else
					set theAccount to 1st account whose service type = iMessage
					set theStage to "participant"
					set theTarget to participant theRecipient of theAccount
				end if
				set theStage to "send"
				repeat with theFile in theFiles
					send (contents of theFile) to theTarget
					set theCount to theCount + 1
					delay 1
				end repeat
				if theText is not "" then send theText to theTarget
			end tell
		end timeout
	on error theProblem number theCode
		error "trunkline:" & theStage & ":" & theCount & ": " & theProblem number theCode
	end try
end run
`;

/**
 * Asks without effect: which versions, and which accounts (`account <service> <enabled>`). Starts Messages in the background
 * where it isn't running.
 */
export const ASK_SCRIPT = `on run argv
	set theAnswer to "macos " & (system version of (system info))
	try
		with timeout of 5 seconds
			tell application "Messages"
				set theAnswer to theAnswer & linefeed & "messages " & (version as text)
				repeat with theAccount in (every account)
					set theService to "other"
					if service type of theAccount is iMessage then set theService to "iMessage"
					set theAnswer to theAnswer & linefeed & "account " & theService & " " & (enabled of theAccount as text)
				end repeat
			end tell
		end timeout
	on error theProblem number theCode
		set theAnswer to theAnswer & linefeed & "error " & theCode & " " & theProblem
	end try
	return theAnswer
end run
`;
