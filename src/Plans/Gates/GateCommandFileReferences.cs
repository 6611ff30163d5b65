using System.Buffers;

namespace Orchestrator.Plans;

/// <summary>Files and scripts that a gate's command needs, as far as the command's text shows.</summary>
/// <param name="Files">Tests and scripts that the command names, relative to the repository.</param>
/// <param name="Scripts">Scripts in <c>package.json</c> that the command runs.</param>
internal sealed record GateCommandFileReferences(IReadOnlyList<string> Files, IReadOnlyList<string> Scripts)
{
    private static readonly SearchValues<char> ShellCharacters = SearchValues.Create("*?[]{}$~<>`\\=@");
    private static readonly GateCommandFileReferences None = new([], []);
    private static readonly string[] ScriptEndings = [".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".php", ".pl"];

    // Arguments of these programs are filter patterns that any path may contain.
    private static readonly string[] Filtering =
    [
        "jest",
        "vitest",
        "playwright",
        "cypress",
        "npm",
        "pnpm",
        "yarn",
        "bun",
        "go",
        "cargo",
        "dotnet",
    ];

    // Words after which paths refer to another folder, or the command runs only conditionally.
    private static readonly string[] Elsewhere = ["cd", "pushd", "if", "for", "while", "case", "test", "[", "[[", "!", "docker", "ssh"];

    // Options that make a package manager work in another folder, or ignore a missing script.
    private static readonly string[] OtherPackage =
    [
        "-w",
        "--workspace",
        "--workspaces",
        "-ws",
        "--prefix",
        "-C",
        "--dir",
        "--filter",
        "-F",
        "-r",
        "--recursive",
        "--if-present",
    ];

    /// <summary>Parses a command and returns the files and scripts that it needs.</summary>
    public static GateCommandFileReferences Of(string command)
    {
        var parts = ShellCommandParts.Of(command.Trim());
        if (parts.Separators.Contains("||", StringComparer.Ordinal))
        {
            return None;
        }
        var files = new List<string>();
        var scripts = new List<string>();
        for (var i = 0; i < parts.Commands.Count; i++)
        {
            string[] words = [.. GateCommandAnalysis.WithoutLaunchers(parts.Commands[i]).Select(word => word.Trim('\'', '"'))];
            if (words.Length == 0 || words[0].StartsWith('(') || words[0].StartsWith('{') || Elsewhere.Contains(words[0]))
            {
                return None;
            }

            // An earlier command may generate a script, but is unlikely to generate a test.
            files.AddRange(FilesOf(words).Where(file => i == 0 || Ecosystems.IsTest(file)));
            scripts.AddRange(ScriptOf(words) is { } script ? [script] : []);
        }
        return new GateCommandFileReferences([.. files.Distinct(StringComparer.Ordinal)], [.. scripts.Distinct(StringComparer.Ordinal)]);
    }

    private static IEnumerable<string> FilesOf(string[] words)
    {
        var program = words[0];
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return IsScript(program) && PathOf(program) is { } path ? [path] : [];
        }
        if (GateCommandAnalysis.IsInterpreter(program) && !Filtering.Contains(program))
        {
            string[] arguments = [.. words.Skip(1).TakeWhile(word => word is not ("-c" or "-m" or "-e" or "-p" or "--eval" or "--print"))];
            string?[] found = [Array.Find(arguments, IsScript) is { } script ? PathOf(script) : null, .. TestsOf(arguments)];
            return found.OfType<string>();
        }
        return Ecosystems.TypeOf(string.Join(' ', words)) == GateType.Test && !Filtering.Contains(program) ? TestsOf(words[1..]) : [];
    }

    // The value of a long option may name a test to exclude.
    private static IEnumerable<string> TestsOf(string[] arguments) =>
        arguments
            .Where(
                (_, i) =>
                    i == 0
                    || !arguments[i - 1].StartsWith("--", StringComparison.Ordinal)
                    || arguments[i - 1].Contains('=', StringComparison.Ordinal)
            )
            .Select(word => PathOf(word.Split("::")[0]))
            .OfType<string>()
            .Where(path => path.Contains('.', StringComparison.Ordinal) && Ecosystems.IsTest(path));

    private static string? ScriptOf(string[] words)
    {
        if (words[0] is not ("npm" or "pnpm") || words.Any(word => OtherPackage.Contains(word.Split('=')[0])))
        {
            return null;
        }
        string[] arguments = [.. words.Skip(1).Where(word => !word.StartsWith('-'))];
        return arguments switch
        {
            ["test" or "t" or "tst", ..] => "test",
            ["run" or "run-script", var script, ..] when script.All(c => char.IsLetterOrDigit(c) || c is ':' or '-' or '_' or '.') =>
                script,
            _ => null,
        };
    }

    private static bool IsScript(string word) =>
        !word.StartsWith('-') && Array.Exists(ScriptEndings, ending => word.EndsWith(ending, StringComparison.Ordinal));

    /// <summary>
    /// Returns the path in the repository that a word of a command names. Null if the word is not a path, or if the shell would expand it.
    /// </summary>
    private static string? PathOf(string word) =>
        word.Length > 0
        && !word.AsSpan().ContainsAny(ShellCharacters)
        && !word.StartsWith('-')
        && !word.StartsWith('/')
        && RepositoryPath.TryNormalize(word, out var path, out _)
        && !Ecosystems.IsGenerated(path)
        && !path.Split('/').Any(part => part.StartsWith('.'))
            ? path
            : null;
}
