using System.CommandLine;

namespace PodGate.Cli;

/// <summary>
/// <c>podgate completion SHELL</c>: prints what a shell needs to complete command lines. The script asks this program each
/// time, so it never has to be made anew.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # For this shell:  source <(podgate completion bash)
        # For all of them: podgate completion bash > /etc/bash_completion.d/podgate
        _podgate() {
          local word
          COMPREPLY=()
          while IFS= read -r word; do
            [[ "$word" == "${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$word")
          done < <(podgate "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
        }
        complete -F _podgate podgate
        """;

    private const string Zsh = """
        #compdef podgate
        # For this shell:  source <(podgate completion zsh)
        # For all of them: podgate completion zsh > "${fpath[1]}/_podgate"
        _podgate() {
          local -a words_of_podgate
          local line="${(j: :)words[1,CURRENT]}"
          words_of_podgate=("${(@f)$(podgate "[suggest:${#line}]" "$line" 2>/dev/null)}")
          compadd -- $words_of_podgate
        }
        if [[ "${funcstack[1]}" == _podgate ]]; then _podgate "$@"; else compdef _podgate podgate; fi
        """;

    private const string Fish = """
        # For this shell:  podgate completion fish | source
        # For all of them: podgate completion fish > ~/.config/fish/completions/podgate.fish
        complete --command podgate --no-files --arguments '(podgate "[suggest:"(commandline --cursor)"]" (commandline) 2>/dev/null)'
        """;

    /// <summary>Makes the command.</summary>
    public static Command Build()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Print a script that lets a shell complete command lines.") { shell };
        command.SetAction(parse => parse.InvocationConfiguration.Output.WriteLine(parse.GetValue(shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return command;
    }
}
