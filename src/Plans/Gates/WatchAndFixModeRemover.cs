namespace Orchestrator.Plans;

/// <summary>Replaces a command that watches for changes or repairs files with one that checks once and exits.</summary>
public static class WatchAndFixModeRemover
{
    private static readonly string[] Launchers = [.. GateCommandAnalysis.Launchers, "npm", "dlx", "cross-env", "dotenv", "--"];

    // Programs that rerun other commands. The commands that they run can't be extracted reliably from their arguments.
    private static readonly string[] Watchers =
    [
        "nodemon",
        "chokidar",
        "npm-watch",
        "watchexec",
        "entr",
        "guard",
        "turbo watch",
        "nx watch",
    ];

    // Each rule has a program with its subcommands, the options that make it watch or repair, and the options that make it exit. If the
    // last list is not empty, the program watches by default. All options are from the programs' documentation.
    private static readonly WatchAndFixOptionRemovalRule[] Rules =
    [
        new("jest", ["--watch", "--watchAll"], []),
        new("react-scripts test", ["--watch", "--watchAll"], ["--watchAll=false"]),
        new("vitest", ["watch", "dev", "-w", "--watch"], ["--run", "run", "list", "bench", "related", "--watch=false", "--no-watch"]),
        new("ng test", ["--watch", "--watch=true"], ["--watch=false", "--no-watch"]),
        new("craco test", ["--watch", "--watchAll"], ["--watchAll=false"]),
        new("vue-cli-service test:unit", ["--watch"], []),
        new("web-test-runner", ["--watch"], []),
        new("wtr", ["--watch"], []),
        new("bun test", ["--watch", "--hot"], []),
        new("deno test", ["--watch", "--watch-hmr"], []),
        new("tsx watch", [], []) { Becomes = "tsx" },
        new("karma start", ["--auto-watch"], ["--single-run"]),
        new("cypress open", [], []) { Becomes = "cypress run" },
        new("playwright test", ["--ui"], []),
        new("mocha", ["-w", "--watch"], []),
        new("ava", ["-w", "--watch"], []),
        new("node", ["--watch"], []),
        new("tsc", ["-w", "--watch"], []),
        new("vue-tsc", ["-w", "--watch"], []),
        new("cargo watch -x test", [], []) { Becomes = "cargo test" },
        new("cargo watch -x check", [], []) { Becomes = "cargo check" },
        new("gotestsum", ["--watch"], []),
        new("gradle", ["-t", "--continuous"], []),
        new("./gradlew", ["-t", "--continuous"], []),
        new("mix test.watch", [], []) { Becomes = "mix test" },
        new("phpunit-watcher watch", [], []) { Becomes = "phpunit" },
        new("vendor/bin/phpunit-watcher watch", [], []) { Becomes = "vendor/bin/phpunit" },
        new("dotnet watch test", [], []) { Becomes = "dotnet test" },
        new("dotnet watch", [], []) { Becomes = "dotnet" },
        new("ptw", [], []) { Becomes = "pytest" },
        new("pytest-watch", [], []) { Becomes = "pytest" },
        new("eslint", ["--fix"], []),
        new("standard", ["--fix"], []),
        new("xo", ["--fix"], []),
        new("oxlint", ["--fix", "--fix-suggestions"], []),
        new("golangci-lint run", ["--fix"], []),
        new("black", [], ["--check", "--diff"]),
        new("isort", [], ["--check-only", "--check", "-c", "--diff"]),
        new("ruff format", [], ["--check", "--diff"]),
        new("cargo fmt", [], ["--check"]),
        new("dotnet format", [], ["--verify-no-changes"]),
        new("mix format", [], ["--check-formatted"]),
        new("php-cs-fixer fix", [], ["--dry-run"]),
        new("stylelint", ["--fix"], []),
        new("next lint", ["--fix"], []),
        new("ng lint", ["--fix"], []),
        new("biome", ["--write", "--fix", "--apply", "--apply-unsafe", "--unsafe"], []),
        new("prettier", ["--write", "-w"], ["--check", "-c", "--list-different", "-l"]),
        new("ruff check", ["--fix", "--unsafe-fixes"], []),
        new("rubocop", ["-a", "-A", "--autocorrect", "--autocorrect-all", "--auto-correct"], []),
    ];

    /// <summary>
    /// Returns an equivalent command that checks once and exits. Null if the command already does so and repairs nothing, as far as known.
    /// </summary>
    /// <param name="command">Shell command to replace.</param>
    /// <returns>The new command, or null if the command already exits and repairs nothing, as far as known.</returns>
    public static string? Of(string command)
    {
        var parts = ShellCommandParts.Of(command);
        var changed = parts.Commands.Select(part => Rewritten(part) ?? part).ToList();
        return changed.SequenceEqual(parts.Commands)
            ? null
            : changed[0] + string.Concat(parts.Separators.Zip(changed.Skip(1), (separator, part) => $" {separator} {part}"));
    }

    /// <summary>True if a part of a command never exits and no variant that exits is known.</summary>
    public static bool NeverEnds(string command) =>
        ShellCommandParts
            .Of(command)
            .Commands.Select(part => string.Join(' ', part.Split(' ', StringSplitOptions.RemoveEmptyEntries).SkipWhile(IsOfLauncher)))
            .Any(part => Array.Exists(Watchers, watcher => part == watcher || part.StartsWith(watcher + " ", StringComparison.Ordinal)));

    /// <summary>
    /// Returns the options that must be appended to a command so that it checks once and exits. Null if no options are needed, or if
    /// appending options does not suffice.
    /// </summary>
    /// <returns>Options to append. Null if none are needed, or if words must also be removed or replaced.</returns>
    public static string? MissingOption(string command) =>
        Of(command) is { } once && once.StartsWith(command.Trim() + " ", StringComparison.Ordinal)
            ? once[(command.Trim().Length + 1)..]
            : null;

    private static string? Rewritten(string part)
    {
        var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = 0;
        var isInCi = false;
        while (start < words.Length && (IsOfLauncher(words[start]) || (start > 0 && words[start][0] == '-')))
        {
            isInCi |= words[start] is "CI=true" or "CI=1";
            start++;
        }
        if (Array.Find(Rules, rule => rule.IsOf(words.AsSpan(start))) is not { } found)
        {
            return null;
        }
        var rest = words.Skip(start + found.Program.Length).ToList();
        var kept = rest.Where(word => !found.Unwanted.Contains(word)).ToList();
        // Programs that watch by default don't do so in continuous integration, which they detect by the variable CI.
        var isOpen = found.Ends.Count > 0 && !isInCi && !kept.Any(found.Ends.Contains);
        return found.Becomes is null && kept.Count == rest.Count && !isOpen
            ? null
            : string.Join(
                ' ',
                [.. words[..start], .. found.Becomes?.Split(' ') ?? found.Program, .. kept, .. isOpen ? found.Ends.Take(1) : []]
            );
    }

    private static bool IsOfLauncher(string word) => Launchers.Contains(word) || word.Contains('=', StringComparison.Ordinal);

    private sealed record WatchAndFixOptionRemovalRule(string Command, IReadOnlyList<string> Unwanted, IReadOnlyList<string> Ends)
    {
        public string[] Program { get; } = Command.Split(' ');

        /// <summary>Replacement for the program and its subcommands, such as <c>pytest</c> for <c>ptw</c>, or null to keep them.</summary>
        public string? Becomes { get; init; }

        public bool IsOf(ReadOnlySpan<string> words) => words.Length >= Program.Length && words[..Program.Length].SequenceEqual(Program);
    }
}
