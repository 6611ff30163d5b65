namespace Orchestrator.Cli.Help;

/// <summary>
/// Provides the shell completion scripts, which call <c>orchestrate complete</c>. If that command prints nothing, the shell completes file
/// names.
/// </summary>
internal static class CompletionScript
{
    /// <summary>Supported shells.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish"];

    /// <summary>Returns the script of a shell.</summary>
    public static string Of(string shell) =>
        shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            _ => throw new ArgumentException($"The shell '{shell}' is not supported.", nameof(shell)),
        };

    /// <summary>Returns instructions for installing the script.</summary>
    public static string InstallInstructions(string shell) =>
        shell switch
        {
            "bash" => "orchestrate completion bash > ~/.local/share/bash-completion/completions/orchestrate",
            "zsh" => "orchestrate completion zsh > ~/.zfunc/_orchestrate   # with 'fpath+=~/.zfunc' before compinit in ~/.zshrc",
            _ => "orchestrate completion fish > ~/.config/fish/completions/orchestrate.fish",
        };

    /// <summary>Returns the path from which the shell loads the script, relative to a share folder (<c>/usr/share</c>,
    /// <c>~/.local/share</c>).</summary>
    public static string PlaceBelowShare(string shell) =>
        shell switch
        {
            "bash" => Path.Combine("bash-completion", "completions", "orchestrate"),
            "zsh" => Path.Combine("zsh", "site-functions", "_orchestrate"),
            _ => Path.Combine("fish", "vendor_completions.d", "orchestrate.fish"),
        };

    private const string Bash = """
        _orchestrate() {
            local line candidates=()
            while IFS= read -r line; do candidates+=("$line"); done < <(orchestrate complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
            COMPREPLY=()
            for line in "${candidates[@]}"; do
                [[ $line == "${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$line")
            done
        }
        complete -o default -F _orchestrate orchestrate

        """;

    private const string Zsh = """
        #compdef orchestrate
        _orchestrate() {
            local -a candidates
            candidates=("${(@f)$(orchestrate complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            candidates=(${candidates:#})
            if (( ${#candidates} )); then compadd -- "${candidates[@]}"; else _files; fi
        }
        if [ "$funcstack[1]" = "_orchestrate" ]; then _orchestrate "$@"; else compdef _orchestrate orchestrate; fi

        """;

    private const string Fish = """
        function __orchestrate_complete
            set -l candidates (orchestrate complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
            if test (count $candidates) -gt 0
                printf '%s\n' $candidates
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c orchestrate -f -a '(__orchestrate_complete)'

        """;
}
