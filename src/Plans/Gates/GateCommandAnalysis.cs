namespace Orchestrator.Plans;

/// <summary>Analyzes a gate's command without running it.</summary>
internal static class GateCommandAnalysis
{
    // Programs that pass their input through and always succeed.
    private static readonly string[] Passers =
    [
        "tee",
        "cat",
        "tail",
        "head",
        "less",
        "more",
        "sort",
        "uniq",
        "sed",
        "awk",
        "tr",
        "wc",
        "column",
        "cut",
    ];

    /// <summary>
    /// Words with which a command merely starts another program: launchers, their subcommands and their options without values.
    /// </summary>
    public static readonly string[] Launchers =
    [
        "npx",
        "uv",
        "run",
        "poetry",
        "pipenv",
        "bundle",
        "bunx",
        "pnpm",
        "exec",
        "yarn",
        "env",
        "time",
        "sudo",
        "--all-packages",
        "--frozen",
        "--locked",
        "--no-sync",
        "--no-install",
        "--yes",
    ];

    // Programs that run a script passed as an argument.
    private static readonly string[] Interpreters =
    [
        "node",
        "deno",
        "bun",
        "tsx",
        "ts-node",
        "python",
        "python3",
        "ruby",
        "php",
        "sh",
        "bash",
    ];

    /// <summary>
    /// Guesses the gate type of a command from the programs that it starts and the tests that it passes to an interpreter. Returns
    /// <see cref="GateType.Custom"/> if these are unknown.
    /// </summary>
    public static GateType GuessType(string command)
    {
        var found = GateType.Custom;
        foreach (
            var part in command.Split(["&&", "||", ";", "|", "\n"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        )
        {
            var type = TypeOf(part);
            if (type == GateType.Test)
            {
                return GateType.Test;
            }
            found = found == GateType.Custom ? type : found;
        }
        return found;
    }

    /// <summary>
    /// Returns the reason why a command always passes, as the end of a sentence ("always succeeds"), or null if no such
    /// reason is known.
    /// </summary>
    public static string? ReasonItCannotFail(string command)
    {
        var text = command.Trim();
        if (text.Contains("pipefail", StringComparison.Ordinal))
        {
            return null;
        }
        if (!text.AsSpan().ContainsAny(";|&\n"))
        {
            return AlwaysSucceeds(text) ? "always succeeds" : null;
        }
        var parts = ShellCommandParts.Of(text);
        if (parts.Commands is [var only])
        {
            return AlwaysSucceeds(only) ? "always succeeds" : null;
        }
        if (parts.Separators[^1] is "||" && AlwaysSucceeds(parts.Commands[^1]))
        {
            return $"ends in '|| {parts.Commands[^1]}', which hides every failure";
        }
        if (parts.Separators[^1] is ";" or "\n" && AlwaysSucceeds(parts.Commands[^1]))
        {
            return $"ends in '{parts.Commands[^1]}', whose exit code is the only one that counts";
        }
        if (parts.Separators[^1] is "&" && parts.Commands[^1].Length == 0)
        {
            return "runs in the background, so its exit code is lost";
        }
        var isSwallowed =
            parts.Separators[^1] is "|"
            && (Passers.Contains(FirstWord(parts.Commands[^1])) || GuessType(parts.Commands[^2]) != GateType.Custom);
        if (isSwallowed)
        {
            return $"pipes into '{FirstWord(parts.Commands[^1])}', whose exit code hides that of '{FirstWord(parts.Commands[^2])}'";
        }
        return parts.Commands.All(AlwaysSucceeds) ? "always succeeds" : null;
    }

    /// <summary>True if the program runs a script that is passed as an argument.</summary>
    public static bool IsInterpreter(string program) => Interpreters.Contains(program);

    /// <summary>
    /// Splits a single command into words, and removes leading variable assignments and programs that only start other programs.
    /// </summary>
    public static string[] WithoutLaunchers(string command)
    {
        var words = command.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        var start = 0;
        for (; start < words.Length; start++)
        {
            if (words[start] is "python" or "python3" && start + 2 < words.Length && words[start + 1] == "-m")
            {
                start++;
            }
            else if (!IsLauncher(words, start) && (words[start].StartsWith('-') || !words[start].Contains('=', StringComparison.Ordinal)))
            {
                break;
            }
        }
        return words[start..];
    }

    // 'pnpm run X' runs a script, 'pnpm exec X' a program.
    private static bool IsLauncher(string[] words, int at) =>
        Launchers.Contains(words[at])
        && !(words[at] is "pnpm" or "yarn" && (at + 1 == words.Length || words[at + 1] is not ("exec" or "dlx")));

    private static bool AlwaysSucceeds(string command) =>
        FirstWord(command) is "true" or ":" or "echo" or "printf" || command.Trim() is "exit 0" or "exit";

    private static string FirstWord(string command)
    {
        var text = command.AsSpan().Trim();
        var space = text.IndexOf(' ');
        return (space < 0 ? text : text[..space]).ToString();
    }

    private static GateType TypeOf(string part)
    {
        var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        for (var start = 0; start < words.Length; start++)
        {
            var rest = string.Join(' ', words.Skip(start));
            if (Ecosystems.TypeOf(rest) is { } type)
            {
                return type;
            }
            if (RunsTestFile(words.AsSpan(start)))
            {
                return GateType.Test;
            }
            if (rest.StartsWith("python", StringComparison.Ordinal) && words.Length > start + 2 && words[start + 1] == "-m")
            {
                start++;
            }
            else if (!Launchers.Contains(words[start]) && !words[start].Contains('=', StringComparison.Ordinal))
            {
                break;
            }
        }
        return GateType.Custom;
    }

    // A project's own test runner is recognized by the test file it runs: 'node test/list.js', or the file itself.
    private static bool RunsTestFile(ReadOnlySpan<string> words)
    {
        foreach (var word in Interpreters.Contains(words[0]) ? words[1..] : words[..1])
        {
            if (Ecosystems.IsTest(word.Trim('\'', '"')))
            {
                return true;
            }
        }
        return false;
    }
}
