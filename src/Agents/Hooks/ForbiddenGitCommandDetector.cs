namespace Orchestrator.Agents.Hooks;

/// <summary>
/// Detects git commands that agents must not run. Such commands would affect the user and other agents, because all worktrees of a
/// repository share refs, stash and configuration.
/// </summary>
internal static class ForbiddenGitCommandDetector
{
    private const int DeepestNesting = 4;

    private static readonly Dictionary<string, string> DeniedCommands = new(StringComparer.Ordinal)
    {
        ["push"] = "only the orchestrator publishes work",
        ["stash"] = "all worktrees share one stash with the user; commit instead",
        ["worktree"] = "only the orchestrator creates and removes worktrees",
        ["gc"] = "it may remove objects that other worktrees need",
        ["prune"] = "it may remove objects that other worktrees need",
        ["update-ref"] = "only the orchestrator moves refs",
        ["symbolic-ref"] = "only the orchestrator moves refs",
        ["filter-branch"] = "it rewrites history on which other tasks are based",
    };

    /// <summary>Commands that are forbidden unless the agent has private refs. With private refs, they are harmless.</summary>
    private static readonly string[] OwnCommands = ["stash", "gc", "prune"];

    private static readonly string[] DeniedBranchOptions = ["-D", "-d", "-f", "-M", "-m", "--delete", "--force", "--move"];

    private static readonly string[] ConfigReads = ["--get", "--get-all", "--get-regexp", "--list", "-l", "--show-origin", "get", "list"];

    /// <summary>Programs and shell keywords, such as <c>sudo</c> and <c>then</c>, that can precede the actual command.</summary>
    private static readonly string[] Wrappers =
    [
        "sudo",
        "env",
        "xargs",
        "command",
        "exec",
        "time",
        "nice",
        "nohup",
        "timeout",
        "stdbuf",
        "setsid",
        "builtin",
        "eval",
        "then",
        "do",
        "else",
        "!",
        "if",
        "while",
    ];

    private static readonly string[] Shells = ["sh", "bash", "dash", "zsh"];

    /// <summary>Global options of git whose value is the next word.</summary>
    private static readonly string[] GitOptionsWithValue =
    [
        "-C",
        "-c",
        "--git-dir",
        "--work-tree",
        "--namespace",
        "--exec-path",
        "--config-env",
    ];

    /// <summary>
    /// Returns deny rules of the CLI for the forbidden commands. The rules apply even if permission prompts are skipped. A rule matches a
    /// command only if it is written in the usual form, such as <c>git push</c>.
    /// </summary>
    /// <param name="hasOwnRefs">As in <see cref="AgentRunPermissions.HasOwnRefs"/>.</param>
    internal static IReadOnlyList<string> DenyRules(bool hasOwnRefs) =>
        [
            .. DeniedCommands
                .Keys.Where(command => !hasOwnRefs || !OwnCommands.Contains(command))
                .Select(command => $"Bash(git {command}:*)"),
            .. DeniedBranchOptions.Where(_ => !hasOwnRefs).Select(option => $"Bash(git branch {option}:*)"),
        ];

    /// <summary>Returns the reason why a shell command line is refused, or null if it is allowed.</summary>
    /// <param name="hasOwnRefs">As in <see cref="AgentRunPermissions.HasOwnRefs"/>.</param>
    internal static string? FindDenied(string shellText, bool hasOwnRefs = false) => FindDenied(shellText, hasOwnRefs, depth: 0);

    private static string? FindDenied(string shellText, bool hasOwnRefs, int depth) =>
        depth > DeepestNesting
            ? "it nests too many shells, so the inner command can't be checked"
            : ShellCommandLineParser
                .Parse(shellText)
                .Select(words => FindDenied(words, hasOwnRefs, depth))
                .FirstOrDefault(reason => reason is not null);

    private static string? FindDenied(IReadOnlyList<string> words, bool hasOwnRefs, int depth)
    {
        var first = 0;
        while (first < words.Count && IsAssignment(words[first]))
        {
            first++;
        }
        if (first == words.Count)
        {
            return null;
        }
        var program = ProgramName(words[first]);
        if (program == "git")
        {
            return JudgeGit([.. words.Skip(first + 1)], hasOwnRefs);
        }
        if (program == "eval")
        {
            return FindDenied(string.Join(' ', words.Skip(first + 1)), hasOwnRefs, depth + 1);
        }
        if (Shells.Contains(program))
        {
            var option = Enumerable
                .Range(first + 1, words.Count - first - 1)
                .FirstOrDefault(i => words[i].StartsWith('-') && words[i].Contains('c', StringComparison.Ordinal), words.Count);
            return option + 1 < words.Count ? FindDenied(words[option + 1], hasOwnRefs, depth + 1) : null;
        }
        var wrapped = Wrappers.Contains(program)
            ? Enumerable
                .Range(first + 1, words.Count - first - 1)
                .FirstOrDefault(i => ProgramName(words[i]) is var name && (name == "git" || Shells.Contains(name)), -1)
            : -1;
        return wrapped > 0 ? FindDenied([.. words.Skip(wrapped)], hasOwnRefs, depth + 1) : null;
    }

    private static string? JudgeGit(IReadOnlyList<string> words, bool hasOwnRefs)
    {
        var at = 0;
        while (at < words.Count && words[at].StartsWith('-'))
        {
            at += GitOptionsWithValue.Contains(words[at]) ? 2 : 1;
        }
        if (at >= words.Count)
        {
            return null;
        }
        var command = words[at];
        IReadOnlyList<string> rest = [.. words.Skip(at + 1)];
        if (hasOwnRefs && !(DeniedCommands.ContainsKey(command) && !OwnCommands.Contains(command)))
        {
            return null;
        }
        return DeniedCommands.TryGetValue(command, out var reason) ? $"'git {command}' is not allowed: {reason}"
            : command == "branch" && rest.FirstOrDefault(DeniedBranchOptions.Contains) is { } option
                ? $"'git branch {option}' is not allowed, because branches belong to the orchestrator and to other tasks"
            : command == "config" && rest.Count > 0 && !rest.Any(ConfigReads.Contains)
                ? "'git config' may only read (--get, --list), because the configuration is shared with the user"
            : command == "remote" && rest is ["add" or "set-url" or "remove" or "rm" or "rename" or "set-head" or "prune", ..]
                ? "'git remote' may only show remotes, because the configuration is shared with the user"
            : command == "reflog" && rest is ["expire" or "delete" or "drop", ..]
                ? "'git reflog' may only show entries, because removed entries can't be restored"
            : null;
    }

    private static bool IsAssignment(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && word[..equals].All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && !char.IsAsciiDigit(word[0]);
    }

    private static string ProgramName(string word) => word[(word.LastIndexOf('/') + 1)..];
}
