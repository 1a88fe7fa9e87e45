/** Completion scripts by shell. They ask the hidden command `__complete`. */
export const COMPLETION_SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_sage() {
  local IFS=$'\\n'
  COMPREPLY=($(sage __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null))
}
complete -o default -F _sage sage
`,
  zsh: `#compdef sage
_sage() {
  local -a found
  found=("\${(@f)$(sage __complete -- "\${(@)words[2,CURRENT]}" 2> /dev/null)}")
  compadd -- $found
}
compdef _sage sage
`,
  fish: `complete -c sage -f -a '(sage __complete -- (commandline -opc)[2..-1] (commandline -ct) 2> /dev/null)'
`,
};
